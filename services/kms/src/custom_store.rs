//! Keys in custom key stores: the way to their proxy, and the second layer of encryption.
//!
//! Source: KMS developer guide, "External key stores": KMS encrypts with material of its own first, then the external
//! key encrypts the result, so that neither side alone can read.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{AccountId, Call, Failure, Region};
use haechi_crypto::{CiphertextHeader, KeySpec, Sealed};
use haechi_store::Txn;
use haechi_wire::Blob;

use crate::model::custom_key_store::{CustomKeyStore, XksProxy, binding};
use crate::model::key::{CustomStoreKey, Key, KeyOrigin};
use crate::model::state::KeyState;
use crate::store::{CUSTOM_KEY_STORES, KEYS, KEYS_OF_CUSTOM_STORES};
use crate::xks::blob::{External, additional_data};
use crate::xks::client::{Proxy, XksClient, XksOptions, XksOptionsError};
use crate::xks::fault::ProxyFault;
use crate::xks::message::{
    DecryptRequest, DecryptResponse, EncryptRequest, EncryptResponse, HealthResponse, KeyMetadata,
    PlainRequest, RequestMetadata,
};
use crate::{Kms, error};

/// The client of external key store proxies, made when it is first needed.
#[derive(Default)]
pub(crate) struct Outside(OnceLock<XksClient>);

impl Outside {
    fn client(&self) -> Result<&XksClient, Failure> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let made = XksClient::new(&XksOptions::default()).map_err(Failure::internal)?;
        Ok(self.0.get_or_init(|| made))
    }
}

impl Kms {
    /// Sets how external key store proxies are reached and trusted. To be called before the service serves; without
    /// it the system's certificate authorities and DNS count.
    pub fn set_xks_options(&self, options: &XksOptions) -> Result<(), XksOptionsError> {
        // A client that is already in use stays.
        let _ = self.outside.0.set(XksClient::new(options)?);
        Ok(())
    }

    /// The custom key store of an id.
    pub(crate) async fn custom_store(
        &self,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Result<Arc<CustomKeyStore>, Failure> {
        let found = self
            .platform
            .store
            .get(&CUSTOM_KEY_STORES, &region.scope(account), id)
            .await?;
        found.ok_or_else(|| store_not_found(id))
    }

    /// Seals the secret of a proxy for the store that it belongs to.
    pub(crate) async fn seal_proxy_secret(
        &self,
        call: &Call,
        store_id: &str,
        secret: &str,
    ) -> Result<Sealed, Failure> {
        let bound = binding(&call.account, &call.region, store_id);
        self.keyring
            .seal(&call.account, &call.region, &bound, secret.as_bytes())
            .await
            .map_err(Failure::internal)
    }

    async fn proxy_of(&self, store: &CustomKeyStore) -> Result<Proxy, Failure> {
        let bound = binding(&store.account, &store.region, &store.id);
        let secret = self
            .keyring
            .open(&store.account, &store.region, &bound, &store.proxy.secret)
            .await
            .map_err(Failure::internal)?;
        let secret = std::str::from_utf8(secret.expose()).map_err(Failure::internal)?;
        let XksProxy {
            endpoint,
            path,
            access_key_id,
            ..
        } = &store.proxy;
        Ok(Proxy::new(
            endpoint,
            path,
            access_key_id,
            secret,
            store.region.as_str(),
        ))
    }

    /// Asks the proxy of a store whether it and its key manager can serve.
    pub(crate) async fn ask_health(
        &self,
        call: &Call,
        store: &CustomKeyStore,
    ) -> Result<Result<(), ProxyFault>, Failure> {
        let proxy = self.proxy_of(store).await?;
        let request = PlainRequest {
            request_metadata: RequestMetadata {
                aws_principal_arn: None,
                kms_via_service: None,
                ..request_metadata(call, None)
            },
        };
        let now_ms = self.platform.now().as_millis();
        let answer = self
            .outside
            .client()?
            .ask::<HealthResponse>(&proxy, "/health", &request, now_ms)
            .await;
        Ok(answer.and_then(|health| health.check()))
    }

    /// The store of a new key is connected, and its external key can back it.
    pub(crate) async fn check_external_key(
        &self,
        call: &Call,
        origin: KeyOrigin,
        place: &CustomStoreKey,
    ) -> Result<(), Failure> {
        let store = self
            .custom_store(&call.account, &call.region, &place.store_id)
            .await?;
        let (KeyOrigin::ExternalKeyStore, Some(xks_key_id)) = (origin, &place.xks_key_id) else {
            let message = format!("{} is not an AWS CloudHSM key store.", place.store_id);
            return Err(error::validation(message).into());
        };
        if !store.is_connected() {
            return Err(ErrorCode::CustomKeyStoreInvalidStateException
                .with(NOT_CONNECTED)
                .into());
        }
        audit_place(call, place);
        let proxy = self.proxy_of(&store).await?;
        let request = PlainRequest {
            request_metadata: request_metadata(call, None),
        };
        let tail = format!("/keys/{xks_key_id}/metadata");
        let now_ms = self.platform.now().as_millis();
        let found: KeyMetadata = self
            .outside
            .client()?
            .ask(&proxy, &tail, &request, now_ms)
            .await
            .map_err(ProxyFault::at_create_key)?;
        match found.unfit_because() {
            Some(reason) => Err(ErrorCode::XksKeyInvalidConfigurationException.with(reason).into()),
            None => Ok(()),
        }
    }

    /// Has the external key of `key` encrypt all of a blob but its header.
    pub(crate) async fn encrypt_outside(
        &self,
        call: &Call,
        key: &Key,
        blob: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Result<Blob, Failure> {
        let way = self.way_to(call, key).await?;
        let (header, body) = split(blob).ok_or_else(|| Failure::internal("a blob without a header"))?;
        let aad = additional_data(header, context);
        let request = EncryptRequest::new(request_metadata(call, Some(key)), &aad, body);
        let answer: EncryptResponse = self.send(&way, "encrypt", &request).await?;
        let external = answer.check(&aad, body.len()).map_err(ProxyFault::in_use)?;
        Ok(external.behind(header).into())
    }

    /// Has the external key of `key` take its layer off a blob.
    pub(crate) async fn decrypt_outside(
        &self,
        call: &Call,
        key: &Key,
        blob: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Result<Blob, Failure> {
        let way = self.way_to(call, key).await?;
        let taken = split(blob).and_then(|(header, body)| Some((header, External::read(body)?)));
        let (header, external) = taken.ok_or_else(error::invalid_ciphertext)?;
        let aad = additional_data(header, context);
        let request = DecryptRequest::new(request_metadata(call, Some(key)), &aad, &external);
        let answer: DecryptResponse = self.send(&way, "decrypt", &request).await?;
        Ok([header, &answer.plaintext.0].concat().into())
    }

    async fn way_to(&self, call: &Call, key: &Key) -> Result<Way, Failure> {
        let place = key.custom_store.as_ref();
        let place = place.ok_or_else(|| Failure::internal("a key that is in no custom key store"))?;
        audit_place(call, place);
        let store = self
            .custom_store(&key.account, &key.region, &place.store_id)
            .await?;
        if !store.is_connected() {
            return Err(error::invalid_state(NOT_CONNECTED).into());
        }
        Ok(Way {
            proxy: self.proxy_of(&store).await?,
            key_id: place.xks_key_id.clone().unwrap_or_default(),
        })
    }

    async fn send<A: serde::de::DeserializeOwned>(
        &self,
        way: &Way,
        operation: &str,
        request: &(impl serde::Serialize + Sync),
    ) -> Result<A, Failure> {
        let tail = format!("/keys/{}/{operation}", way.key_id);
        let now_ms = self.platform.now().as_millis();
        let client = self.outside.client()?;
        let answer = client.ask(&way.proxy, &tail, request, now_ms).await;
        answer.map_err(|fault| fault.in_use().into())
    }

    /// Shows a key as unavailable while its custom key store is not connected.
    pub(crate) async fn show_connection(
        &self,
        key: &Key,
        metadata: &mut api::KeyMetadata,
    ) -> Result<(), Failure> {
        let (Some(place), KeyState::Enabled | KeyState::Disabled) = (&key.custom_store, key.state) else {
            return Ok(());
        };
        let store = self
            .custom_store(&key.account, &key.region, &place.store_id)
            .await?;
        if !store.is_connected() {
            metadata.key_state = Some(KeyState::Unavailable.name().into());
            metadata.enabled = Some(false);
        }
        Ok(())
    }
}

/// A proxy, and the key behind it.
struct Way {
    proxy: Proxy,
    key_id: String,
}

const NOT_CONNECTED: &str = "This KMS key is in a custom key store that is not connected to its external key store \
                             proxy. Connect the external key store and try the request again.";

/// What a CreateKey request says about a custom key store, if it all fits together.
pub(crate) fn requested(
    origin: KeyOrigin,
    spec: KeySpec,
    multi_region: bool,
    store_id: Option<String>,
    xks_key_id: Option<String>,
) -> Result<Option<CustomStoreKey>, Failure> {
    let refused = |message: &str| Err(error::validation(message).into());
    let outside = matches!(origin, KeyOrigin::CloudHsm | KeyOrigin::ExternalKeyStore);
    let Some(store_id) = store_id else {
        return match (outside, xks_key_id) {
            (true, _) => refused("You must specify a custom key store ID for this origin."),
            (false, Some(_)) => refused("XksKeyId is valid only for the origin EXTERNAL_KEY_STORE."),
            (false, None) => Ok(None),
        };
    };
    if !outside {
        return refused(
            "CustomKeyStoreId is valid only for the origins AWS_CLOUDHSM and EXTERNAL_KEY_STORE.",
        );
    }
    if (origin == KeyOrigin::ExternalKeyStore) != xks_key_id.is_some() {
        return refused("XksKeyId is required for the origin EXTERNAL_KEY_STORE, and valid for no other.");
    }
    if spec != KeySpec::Symmetric || multi_region {
        let message = "A custom key store can hold only single-Region symmetric encryption keys.";
        return Err(ErrorCode::UnsupportedOperationException.with(message).into());
    }
    Ok(Some(CustomStoreKey { store_id, xks_key_id }))
}

/// Notes a new key in its custom key store: every key has an external key of its own, and the store stays while it
/// has keys.
pub(crate) async fn enter(txn: &Txn, key: &Key) -> Result<(), Failure> {
    let Some(place) = &key.custom_store else {
        return Ok(());
    };
    let scope = key.region.scope(&key.account);
    let store_id = place.store_id.as_str();
    let store = txn.get(&CUSTOM_KEY_STORES, &scope, store_id).await?;
    if !store.ok_or_else(|| store_not_found(store_id))?.is_connected() {
        return Err(ErrorCode::CustomKeyStoreInvalidStateException
            .with(NOT_CONNECTED)
            .into());
    }
    let entry = (store_id, place.xks_key_id.as_deref().unwrap_or_default());
    if let Some(other) = txn.get(&KEYS_OF_CUSTOM_STORES, &scope, entry).await? {
        // The entry of a key that has been deleted since stands for nothing.
        if txn.get(&KEYS, &scope, other.as_str()).await?.is_some() {
            let message =
                "The external key is already associated with another KMS key in this external key store.";
            return Err(ErrorCode::XksKeyAlreadyInUseException.with(message).into());
        }
    }
    let id = key.id.to_string();
    txn.put(&KEYS_OF_CUSTOM_STORES, &scope, entry, &id).await?;
    Ok(())
}

/// No custom key store of this id or name.
pub(crate) fn store_not_found(named: &str) -> Failure {
    ErrorCode::CustomKeyStoreNotFoundException
        .with(format!("Custom key store {named} does not exist."))
        .into()
}

fn request_metadata(call: &Call, key: Option<&Key>) -> RequestMetadata {
    RequestMetadata {
        aws_principal_arn: Some(call.caller.principal.policy_arn(call.partition())),
        kms_key_arn: key.map(Key::arn),
        kms_operation: call.operation.name,
        kms_request_id: call.request_id.clone(),
        kms_via_service: call.origin.via_service().map(ToOwned::to_owned),
    }
}

fn audit_place(call: &Call, place: &CustomStoreKey) {
    call.audit_additional("customKeyStoreId", place.store_id.as_str());
    if let Some(id) = &place.xks_key_id {
        call.audit_additional("xksKeyId", id.as_str());
    }
}

/// The clear header of a blob, and the rest.
fn split(blob: &[u8]) -> Option<(&[u8], &[u8])> {
    let header = CiphertextHeader::parse(blob).ok()?;
    blob.split_at_checked(header.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Option<String> {
        Some("cks-1234567890abcdef0".into())
    }

    fn code(refused: Result<Option<CustomStoreKey>, Failure>) -> String {
        refused.unwrap_err().into_api().code.to_string()
    }

    #[test]
    fn an_external_key_needs_a_store_and_its_own_id() {
        let external = KeyOrigin::ExternalKeyStore;
        let xks = || Some("key-1".to_owned());
        let place = requested(external, KeySpec::Symmetric, false, store(), xks()).unwrap();
        assert_eq!(place.unwrap().xks_key_id, xks());
        for (store_id, xks_key_id) in [(None, xks()), (store(), None), (None, None)] {
            let refused = requested(external, KeySpec::Symmetric, false, store_id, xks_key_id);
            assert_eq!(code(refused), "ValidationException");
        }
    }

    #[test]
    fn a_key_of_ours_is_in_no_custom_key_store() {
        let ours = |store_id, xks| requested(KeyOrigin::AwsKms, KeySpec::Symmetric, false, store_id, xks);
        assert!(ours(None, None).unwrap().is_none());
        assert_eq!(code(ours(store(), None)), "ValidationException");
        assert_eq!(code(ours(None, Some("key-1".into()))), "ValidationException");
    }

    #[test]
    fn a_custom_key_store_holds_only_single_region_symmetric_keys() {
        let xks = Some("key-1".to_owned());
        let refused = requested(
            KeyOrigin::ExternalKeyStore,
            KeySpec::Symmetric,
            true,
            store(),
            xks,
        );
        assert_eq!(code(refused), "UnsupportedOperationException");
    }
}
