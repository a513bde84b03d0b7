//! AWS Key Management Service.
//!
//! Owns the tables of [`store`], and key material: it leaves the process only inside
//! ciphertext, signatures and public keys. Trust boundary: every operation on a key goes through [`authz`], which
//! alone releases a key ([`haechi_core::Authorized`]); what rests in the store is sealed under the domain key.

mod authz;
mod billing;
mod change;
mod custom_id;
mod custom_store;
mod error;
mod events;
mod family;
mod import_token;
mod loaded;
mod managed;
mod materials;
mod metadata;
mod model;
mod ops;
mod paging;
mod policy;
mod policy_text;
mod precondition;
mod quota;
mod replicas;
mod resolve;
mod rotation;
mod seed;
mod store;
mod tags;
mod timers;
mod xks;

use std::sync::Arc;

use haechi_api_kms::op;
use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

use crate::loaded::LoadedKeys;

pub use crate::seed::{KeySeed, SeedError};
pub use crate::timers::register_timers;
pub use crate::xks::client::{XksOptions, XksOptionsError};

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
    outside: custom_store::Outside,
    config: KmsConfig,
}

impl Kms {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>, config: KmsConfig) -> Arc<Self> {
        let keys = LoadedKeys::new(platform.store.clone(), Arc::clone(&keyring));
        Arc::new(Self {
            platform,
            keyring,
            keys,
            outside: custom_store::Outside::default(),
            config,
        })
    }
}

/// The operations, one line each.
pub fn service(kms: Arc<Kms>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_kms::SERVICE, kms)
        .quotas(quota::quota)
        .on::<op::CancelKeyDeletion, _, _>(ops::deletion::cancel_key_deletion)
        .on::<op::ConnectCustomKeyStore, _, _>(ops::custom_store_connection::connect_custom_key_store)
        .on::<op::CreateCustomKeyStore, _, _>(ops::custom_key_stores::create_custom_key_store)
        .on::<op::DeleteCustomKeyStore, _, _>(ops::custom_key_stores::delete_custom_key_store)
        .on::<op::DescribeCustomKeyStores, _, _>(ops::custom_key_stores::describe_custom_key_stores)
        .on::<op::DisconnectCustomKeyStore, _, _>(ops::custom_store_connection::disconnect_custom_key_store)
        .on::<op::UpdateCustomKeyStore, _, _>(ops::custom_store_connection::update_custom_key_store)
        .on::<op::CreateAlias, _, _>(ops::aliases::create_alias)
        .on::<op::DeleteAlias, _, _>(ops::aliases::delete_alias)
        .on::<op::DisableKey, _, _>(ops::switch::disable_key)
        .on::<op::EnableKey, _, _>(ops::switch::enable_key)
        .on::<op::GetKeyPolicy, _, _>(ops::key_policy::get_key_policy)
        .on::<op::ListAliases, _, _>(ops::aliases::list_aliases)
        .on::<op::ListKeyPolicies, _, _>(ops::key_policy::list_key_policies)
        .on::<op::ListKeys, _, _>(ops::list_keys::list_keys)
        .on::<op::ListResourceTags, _, _>(ops::key_tags::list_resource_tags)
        .on::<op::PutKeyPolicy, _, _>(ops::key_policy::put_key_policy)
        .on::<op::ScheduleKeyDeletion, _, _>(ops::deletion::schedule_key_deletion)
        .on::<op::TagResource, _, _>(ops::key_tags::tag_resource)
        .on::<op::UntagResource, _, _>(ops::key_tags::untag_resource)
        .on::<op::CreateGrant, _, _>(ops::create_grant::create_grant)
        .on::<op::ListGrants, _, _>(ops::list_grants::list_grants)
        .on::<op::ListRetirableGrants, _, _>(ops::list_grants::list_retirable_grants)
        .on::<op::RetireGrant, _, _>(ops::end_grant::retire_grant)
        .on::<op::RevokeGrant, _, _>(ops::end_grant::revoke_grant)
        .on::<op::DisableKeyRotation, _, _>(ops::rotation::disable_key_rotation)
        .on::<op::EnableKeyRotation, _, _>(ops::rotation::enable_key_rotation)
        .on::<op::GetKeyLastUsage, _, _>(ops::key_last_usage::get_key_last_usage)
        .on::<op::GetKeyRotationStatus, _, _>(ops::rotation::get_key_rotation_status)
        .on::<op::ListKeyRotations, _, _>(ops::list_key_rotations::list_key_rotations)
        .on::<op::RotateKeyOnDemand, _, _>(ops::rotate_on_demand::rotate_key_on_demand)
        .on::<op::ReplicateKey, _, _>(ops::replicate_key::replicate_key)
        .on::<op::UpdatePrimaryRegion, _, _>(ops::update_primary_region::update_primary_region)
        .on::<op::UpdateAlias, _, _>(ops::aliases::update_alias)
        .on::<op::UpdateKeyDescription, _, _>(ops::switch::update_key_description)
        .on::<op::CreateKey, _, _>(ops::create_key::create_key)
        .on::<op::Decrypt, _, _>(ops::decrypt::decrypt)
        .on::<op::DescribeKey, _, _>(ops::describe_key::describe_key)
        .on::<op::DeleteImportedKeyMaterial, _, _>(ops::import_material::delete_imported_key_material)
        .on::<op::GetParametersForImport, _, _>(ops::import_parameters::get_parameters_for_import)
        .on::<op::ImportKeyMaterial, _, _>(ops::import_material::import_key_material)
        .on::<op::Decapsulate, _, _>(ops::encapsulate::decapsulate)
        .on::<op::DeriveSharedSecret, _, _>(ops::derive_shared_secret::derive_shared_secret)
        .on::<op::Encapsulate, _, _>(ops::encapsulate::encapsulate)
        .on::<op::GenerateDataKey, _, _>(ops::data_key::generate_data_key)
        .on::<op::GenerateDataKeyWithoutPlaintext, _, _>(ops::data_key::generate_data_key_without_plaintext)
        .on::<op::GenerateDataKeyPair, _, _>(ops::data_key_pair::generate_data_key_pair)
        .on::<op::GenerateDataKeyPairWithoutPlaintext, _, _>(
            ops::data_key_pair::generate_data_key_pair_without_plaintext,
        )
        .on::<op::GenerateMac, _, _>(ops::mac::generate_mac)
        .on::<op::GenerateRandom, _, _>(ops::generate_random::generate_random)
        .on::<op::GetPublicKey, _, _>(ops::get_public_key::get_public_key)
        .on::<op::ReEncrypt, _, _>(ops::re_encrypt::re_encrypt)
        .on::<op::Sign, _, _>(ops::sign::sign)
        .on::<op::Verify, _, _>(ops::sign::verify)
        .on::<op::VerifyMac, _, _>(ops::mac::verify_mac)
        .on::<op::Encrypt, _, _>(ops::encrypt::encrypt);
    Arc::new(router)
}
