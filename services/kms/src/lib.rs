//! AWS Key Management Service.
//!
//! Owns the tables of [`store`], and key material: it leaves the process only inside
//! ciphertext, signatures and public keys. Trust boundary: every operation on a key goes through [`authz`], which
//! alone releases a key ([`haechi_core::Authorized`]); what rests in the store is sealed under the domain key.

mod authz;
mod custom_id;
mod error;
mod loaded;
mod managed;
mod materials;
mod metadata;
mod model;
mod ops;
mod policy;
mod precondition;
mod resolve;
mod store;
mod tags;
mod timers;

use std::sync::Arc;

use haechi_api_kms::op;
use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

use crate::loaded::LoadedKeys;

/// What an operator may set.
#[derive(Debug, Clone, Default)]
pub struct KmsConfig {
    /// Honour LocalStack's tags `_custom_id_` and `_custom_key_material_` on CreateKey.
    pub allow_custom_ids: bool,
}

/// The service's state: handles, nothing that is not in the store.
pub struct Kms {
    platform: Platform,
    keyring: Arc<Keyring>,
    keys: LoadedKeys,
    config: KmsConfig,
}

impl Kms {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>, config: KmsConfig) -> Arc<Self> {
        let keys = LoadedKeys::new(platform.store.clone(), Arc::clone(&keyring));
        Arc::new(Self { platform, keyring, keys, config })
    }
}

/// The operations, one line each.
pub fn service(kms: Arc<Kms>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_kms::SERVICE, kms)
        .on::<op::CreateKey, _, _>(ops::create_key::create_key)
        .on::<op::Decrypt, _, _>(ops::decrypt::decrypt)
        .on::<op::DescribeKey, _, _>(ops::describe_key::describe_key)
        .on::<op::Encrypt, _, _>(ops::encrypt::encrypt);
    Arc::new(router)
}
