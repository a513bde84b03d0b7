//! CreateCustomKeyStore, DescribeCustomKeyStores, DeleteCustomKeyStore.
//!
//! IAM alone decides: custom key stores have no policy. Order of errors: Validation, AccessDenied, what can not be had
//! here (CloudHSM clusters, VPC endpoint services), NameInUse, UriInUse, LimitExceeded, then what the proxy answers.
//! Follows the KMS API reference.

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure, Timestamp};
use haechi_policy::Context;
use haechi_store::Txn;

use crate::Kms;
use crate::custom_store::store_not_found;
use crate::error;
use crate::model::custom_key_store::{Connection, CustomKeyStore, MAX_STORES, XksProxy};
use crate::paging::page;
use crate::store::{CUSTOM_KEY_STORES, KEYS, KEYS_OF_CUSTOM_STORES};

/// Stores on a page where no limit is given.
const DEFAULT_LIMIT: usize = 100;
/// More keys than an account may have.
const ALL_KEYS: usize = 1_000_000;

pub(crate) async fn create_custom_key_store(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::CreateCustomKeyStoreRequest,
) -> Result<api::CreateCustomKeyStoreResponse, Failure> {
    let kind = input
        .custom_key_store_type
        .as_ref()
        .map_or("AWS_CLOUDHSM", |kind| kind.as_str());
    if kind == "AWS_CLOUDHSM" {
        permit(&kms, &call).await?;
        return Err(no_cluster(input.cloud_hsm_cluster_id.as_deref())?);
    }
    let asked = Asked::parse(input)?;
    permit(&kms, &call).await?;
    if asked.connectivity != "PUBLIC_ENDPOINT" {
        return Err(no_endpoint_service());
    }

    let id = format!("cks-{}", kms.platform.random.hex(17));
    let store = CustomKeyStore {
        name: asked.name,
        account: call.account.clone(),
        region: call.region.clone(),
        created_ms: call.time.as_millis(),
        connection: Connection::Disconnected,
        proxy: XksProxy {
            endpoint: asked.endpoint,
            path: asked.path,
            access_key_id: asked.access_key_id,
            secret: kms.seal_proxy_secret(&call, &id, &asked.secret).await?,
        },
        id,
    };
    let store = &store;
    // Before the proxy is asked, and again in the transaction that counts.
    kms.platform
        .store
        .txn(|txn| async move { require_unique(&txn, store).await })
        .await?;
    kms.ask_health(&call, store)
        .await?
        .map_err(|fault| fault.at_setup())?;
    kms.platform
        .write(&call, |txn| async move {
            require_unique(&txn, store).await?;
            let scope = store.region.scope(&store.account);
            txn.put(&CUSTOM_KEY_STORES, &scope, store.id.as_str(), store)
                .await?;
            Ok(api::CreateCustomKeyStoreResponse {
                custom_key_store_id: Some(store.id.clone()),
            })
        })
        .await
}

/// An external key store as a request describes it.
struct Asked {
    name: String,
    connectivity: String,
    endpoint: String,
    path: String,
    access_key_id: String,
    secret: String,
}

impl Asked {
    fn parse(input: api::CreateCustomKeyStoreRequest) -> Result<Self, Failure> {
        if input.cloud_hsm_cluster_id.is_some()
            || input.trust_anchor_certificate.is_some()
            || input.key_store_password.is_some()
        {
            let message = "CloudHsmClusterId, KeyStorePassword and TrustAnchorCertificate are not valid for the custom \
                           key store type EXTERNAL_KEY_STORE.";
            return Err(error::validation(message).into());
        }
        let credential = required(
            input.xks_proxy_authentication_credential,
            "XksProxyAuthenticationCredential",
        )?;
        let connectivity = required(input.xks_proxy_connectivity, "XksProxyConnectivity")?;
        Ok(Self {
            name: required(input.custom_key_store_name, "CustomKeyStoreName")?,
            connectivity: connectivity.as_str().to_owned(),
            endpoint: required(input.xks_proxy_uri_endpoint, "XksProxyUriEndpoint")?,
            path: required(input.xks_proxy_uri_path, "XksProxyUriPath")?,
            access_key_id: required(credential.access_key_id, "AccessKeyId")?,
            secret: required(credential.raw_secret_access_key, "RawSecretAccessKey")?,
        })
    }
}

fn required<T>(value: Option<T>, member: &str) -> Result<T, Failure> {
    value.ok_or_else(|| {
        error::validation(format!(
            "{member} is required for the custom key store type EXTERNAL_KEY_STORE."
        ))
        .into()
    })
}

/// There are no CloudHSM clusters here, so that none is found.
fn no_cluster(cluster: Option<&str>) -> Result<Failure, Failure> {
    let Some(cluster) = cluster else {
        let message = "CloudHsmClusterId is required for the custom key store type AWS_CLOUDHSM.";
        return Err(error::validation(message).into());
    };
    let message = format!("AWS CloudHSM cluster {cluster} does not exist in this account and Region.");
    Ok(ErrorCode::CloudHsmClusterNotFoundException.with(message).into())
}

/// There are no VPC endpoint services here, so that none is found.
pub(crate) fn no_endpoint_service() -> Failure {
    ErrorCode::XksProxyVpcEndpointServiceNotFoundException
        .with("The VPC endpoint service does not exist. Use the connectivity PUBLIC_ENDPOINT.")
        .into()
}

/// IAM lets the caller do it. Custom key stores have no ARN.
pub(crate) async fn permit(kms: &Kms, call: &Call) -> Result<(), Failure> {
    let mut context = Context::new();
    context.set("kms:calleraccount", call.account.as_str());
    kms.platform.gate.authorize_own(call, "*", context, ()).await?;
    Ok(())
}

/// No other store has the name or the proxy, and there is room for one more.
pub(crate) async fn require_unique(txn: &Txn, store: &CustomKeyStore) -> Result<(), Failure> {
    let scope = store.region.scope(&store.account);
    let all = txn.list_locked(&CUSTOM_KEY_STORES, &scope).await?;
    let others: Vec<_> = all
        .iter()
        .map(|(_, other)| other)
        .filter(|other| other.id != store.id)
        .collect();
    if others.iter().any(|other| other.name == store.name) {
        let message = format!("Custom key store name {} is already in use.", store.name);
        return Err(ErrorCode::CustomKeyStoreNameInUseException.with(message).into());
    }
    let (endpoint, path) = (&store.proxy.endpoint, &store.proxy.path);
    if others
        .iter()
        .any(|other| other.proxy.endpoint == *endpoint && other.proxy.path == *path)
    {
        let message = format!("{endpoint}{path} is already in use by another external key store.");
        return Err(ErrorCode::XksProxyUriInUseException.with(message).into());
    }
    if others.len() >= MAX_STORES {
        let message = format!("An account can have at most {MAX_STORES} custom key stores in a Region.");
        return Err(ErrorCode::LimitExceededException.with(message).into());
    }
    Ok(())
}

pub(crate) async fn describe_custom_key_stores(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DescribeCustomKeyStoresRequest,
) -> Result<api::DescribeCustomKeyStoresResponse, Failure> {
    let (id, name) = (input.custom_key_store_id, input.custom_key_store_name);
    if id.is_some() && name.is_some() {
        let message = "You can specify CustomKeyStoreId or CustomKeyStoreName, but not both.";
        return Err(error::validation(message).into());
    }
    permit(&kms, &call).await?;
    let scope = call.scope();
    let mut stores: Vec<Arc<CustomKeyStore>> = kms
        .platform
        .store
        .list(&CUSTOM_KEY_STORES, &scope, None, MAX_STORES)
        .await?
        .into_iter()
        .map(|(_, store)| store)
        .collect();
    if let Some(named) = id.as_ref().or(name.as_ref()) {
        stores.retain(|store| store.id == *named && id.is_some() || store.name == *named && name.is_some());
        if stores.is_empty() {
            return Err(store_not_found(named));
        }
    }
    let limit = input.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let page = page(stores, input.marker.as_deref(), limit, |store| store.id.clone())?;
    Ok(api::DescribeCustomKeyStoresResponse {
        truncated: page.truncated(),
        next_marker: page.next_marker,
        custom_key_stores: Some(page.items.iter().map(|store| entry(store)).collect()),
    })
}

fn entry(store: &CustomKeyStore) -> api::CustomKeyStoresListEntry {
    let error_code = match &store.connection {
        Connection::Failed { code } => Some(code.as_str().into()),
        Connection::Connected | Connection::Disconnected => None,
    };
    api::CustomKeyStoresListEntry {
        custom_key_store_id: Some(store.id.clone()),
        custom_key_store_name: Some(store.name.clone()),
        cloud_hsm_cluster_id: None,
        trust_anchor_certificate: None,
        connection_state: Some(store.connection.name().into()),
        connection_error_code: error_code,
        creation_date: Some(Timestamp::from_millis(store.created_ms)),
        custom_key_store_type: Some("EXTERNAL_KEY_STORE".into()),
        xks_proxy_configuration: Some(api::XksProxyConfigurationType {
            connectivity: Some("PUBLIC_ENDPOINT".into()),
            access_key_id: Some(store.proxy.access_key_id.clone()),
            uri_endpoint: Some(store.proxy.endpoint.clone()),
            uri_path: Some(store.proxy.path.clone()),
            vpc_endpoint_service_name: None,
            vpc_endpoint_service_owner: None,
        }),
    }
}

pub(crate) async fn delete_custom_key_store(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DeleteCustomKeyStoreRequest,
) -> Result<api::DeleteCustomKeyStoreResponse, Failure> {
    permit(&kms, &call).await?;
    let id = input.custom_key_store_id.unwrap_or_default();
    let (id, scope) = (id.as_str(), &call.scope());
    kms.platform
        .write(&call, |txn| async move {
            let store = txn.get(&CUSTOM_KEY_STORES, scope, id).await?;
            let store = store.ok_or_else(|| store_not_found(id))?;
            if store.connection != Connection::Disconnected {
                let state = store.connection.name();
                let message = format!("Custom key store {id} is {state}. Disconnect it first.");
                return Err(ErrorCode::CustomKeyStoreInvalidStateException
                    .with(message)
                    .into());
            }
            txn.depend_on_epoch(&KEYS_OF_CUSTOM_STORES, scope).await?;
            let entries = txn
                .list_under(&KEYS_OF_CUSTOM_STORES, scope, id, None, ALL_KEYS)
                .await?;
            for (place, key_id) in entries {
                if let Some(key) = txn.get(&KEYS, scope, key_id.as_str()).await? {
                    let message = format!("Custom key store {id} contains KMS keys, such as {}.", key.id);
                    return Err(ErrorCode::CustomKeyStoreHasCMKsException.with(message).into());
                }
                txn.delete(&KEYS_OF_CUSTOM_STORES, scope, &place).await?;
            }
            txn.delete(&CUSTOM_KEY_STORES, scope, id).await?;
            Ok(api::DeleteCustomKeyStoreResponse::default())
        })
        .await
}
