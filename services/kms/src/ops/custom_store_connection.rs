//! ConnectCustomKeyStore, DisconnectCustomKeyStore, UpdateCustomKeyStore.
//!
//! AWS connects in the background and a client polls ConnectionState; here the state is final when the answer comes.
//! Order of errors: AccessDenied, NotFound, InvalidState, then as CreateCustomKeyStore. Follows the KMS API reference.

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Shape;

use crate::custom_store::store_not_found;
use crate::model::custom_key_store::{Connection, CustomKeyStore};
use crate::ops::custom_key_stores::{no_endpoint_service, permit, require_unique};
use crate::store::CUSTOM_KEY_STORES;
use crate::{Kms, error};

pub(crate) async fn connect_custom_key_store(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ConnectCustomKeyStoreRequest,
) -> Result<api::ConnectCustomKeyStoreResponse, Failure> {
    permit(&kms, &call).await?;
    let id = input.custom_key_store_id.unwrap_or_default();
    let store = kms.custom_store(&call.account, &call.region, &id).await?;
    require_connectable(&store)?;
    let connection = match kms.ask_health(&call, &store).await? {
        Ok(()) => Connection::Connected,
        Err(fault) => Connection::Failed {
            code: fault.connection_code().to_owned(),
        },
    };
    change(&kms, &call, &id, |store| {
        require_connectable(store)?;
        store.connection = connection.clone();
        Ok(())
    })
    .await
}

fn require_connectable(store: &CustomKeyStore) -> Result<(), Failure> {
    match &store.connection {
        Connection::Connected | Connection::Disconnected => Ok(()),
        Connection::Failed { .. } => Err(invalid_state(store, "Disconnect it before you connect it again.")),
    }
}

pub(crate) async fn disconnect_custom_key_store(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DisconnectCustomKeyStoreRequest,
) -> Result<api::DisconnectCustomKeyStoreResponse, Failure> {
    permit(&kms, &call).await?;
    let id = input.custom_key_store_id.unwrap_or_default();
    change(&kms, &call, &id, |store| {
        if store.connection == Connection::Disconnected {
            return Err(invalid_state(store, "There is nothing to disconnect."));
        }
        store.connection = Connection::Disconnected;
        Ok(())
    })
    .await
}

pub(crate) async fn update_custom_key_store(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::UpdateCustomKeyStoreRequest,
) -> Result<api::UpdateCustomKeyStoreResponse, Failure> {
    if input.key_store_password.is_some() || input.cloud_hsm_cluster_id.is_some() {
        let message = "KeyStorePassword and CloudHsmClusterId are valid only for CloudHSM key stores.";
        return Err(error::validation(message).into());
    }
    permit(&kms, &call).await?;
    let id = input.custom_key_store_id.clone().unwrap_or_default();
    let store = kms.custom_store(&call.account, &call.region, &id).await?;
    let to_service = input
        .xks_proxy_connectivity
        .as_ref()
        .is_some_and(|to| to.as_str() != "PUBLIC_ENDPOINT");
    if to_service
        || input.xks_proxy_vpc_endpoint_service_name.is_some()
        || input.xks_proxy_vpc_endpoint_service_owner.is_some()
    {
        return Err(no_endpoint_service());
    }
    let changes = &Changes::of(&kms, &call, &id, input).await?;
    let mut candidate = store.as_ref().clone();
    changes.apply(&mut candidate)?;
    if changes.reach_the_proxy() {
        kms.ask_health(&call, &candidate)
            .await?
            .map_err(|fault| fault.at_setup())?;
    }
    change(&kms, &call, &id, |store| changes.apply(store)).await
}

/// What an update sets.
struct Changes {
    name: Option<String>,
    endpoint: Option<String>,
    path: Option<String>,
    credential: Option<(String, haechi_crypto::Sealed)>,
}

impl Changes {
    async fn of(
        kms: &Kms,
        call: &Call,
        id: &str,
        input: api::UpdateCustomKeyStoreRequest,
    ) -> Result<Self, Failure> {
        let credential = match input.xks_proxy_authentication_credential {
            Some(credential) => {
                let secret = credential.raw_secret_access_key.unwrap_or_default();
                let sealed = kms.seal_proxy_secret(call, id, &secret).await?;
                Some((credential.access_key_id.unwrap_or_default(), sealed))
            }
            None => None,
        };
        Ok(Self {
            name: input.new_custom_key_store_name,
            endpoint: input.xks_proxy_uri_endpoint,
            path: input.xks_proxy_uri_path,
            credential,
        })
    }

    fn reach_the_proxy(&self) -> bool {
        self.endpoint.is_some() || self.path.is_some() || self.credential.is_some()
    }

    /// Name, path and credential may change while the store is connected; the endpoint may not.
    fn apply(&self, store: &mut CustomKeyStore) -> Result<(), Failure> {
        let moves = self
            .endpoint
            .as_ref()
            .is_some_and(|to| *to != store.proxy.endpoint);
        let failed = matches!(store.connection, Connection::Failed { .. });
        if failed || moves && store.connection != Connection::Disconnected {
            return Err(invalid_state(store, "Disconnect it before you update it."));
        }
        if let Some(name) = &self.name {
            store.name.clone_from(name);
        }
        if let Some(endpoint) = &self.endpoint {
            store.proxy.endpoint.clone_from(endpoint);
        }
        if let Some(path) = &self.path {
            store.proxy.path.clone_from(path);
        }
        if let Some((access_key_id, secret)) = &self.credential {
            store.proxy.access_key_id.clone_from(access_key_id);
            store.proxy.secret.clone_from(secret);
        }
        Ok(())
    }
}

/// Changes a store in one transaction and answers.
async fn change<O: Shape + Default>(
    kms: &Kms,
    call: &Call,
    id: &str,
    apply: impl Fn(&mut CustomKeyStore) -> Result<(), Failure> + Send + Sync,
) -> Result<O, Failure> {
    let (apply, scope) = (&apply, &call.scope());
    kms.platform
        .write(call, |txn| async move {
            let found = txn.get(&CUSTOM_KEY_STORES, scope, id).await?;
            let mut store = found.ok_or_else(|| store_not_found(id))?.as_ref().clone();
            apply(&mut store)?;
            require_unique(&txn, &store).await?;
            txn.put(&CUSTOM_KEY_STORES, scope, id, &store).await?;
            Ok(O::default())
        })
        .await
}

fn invalid_state(store: &CustomKeyStore, advice: &str) -> Failure {
    let message = format!(
        "Custom key store {} is {}. {advice}",
        store.id,
        store.connection.name()
    );
    ErrorCode::CustomKeyStoreInvalidStateException
        .with(message)
        .into()
}
