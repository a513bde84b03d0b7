//! A key as the API shows it.

use haechi_api_kms as api;
use haechi_core::{Region, Timestamp};

use crate::model::key::{Key, KeyOrigin, arn};
use crate::model::material::Material;
use crate::model::multi_region::MultiRegion;
use crate::model::state::KeyState;
use crate::model::usage::{
    encryption_algorithms, key_agreement_algorithms, mac_algorithms, signing_algorithms,
};
use haechi_crypto::{KeyPairSpec, KeySpec};

/// `KeyMetadata`. Members that do not apply to the key are absent, as AWS leaves them out.
pub(crate) fn key_metadata(key: &Key) -> api::KeyMetadata {
    let expiring = key
        .current_material()
        .filter(|_| key.origin == KeyOrigin::External);
    let expires = expiring.and_then(|m| m.expires_ms);
    let deletion = key.deletion.as_ref();
    api::KeyMetadata {
        aws_account_id: Some(key.account.to_string()),
        key_id: Some(key.id.to_string()),
        arn: Some(key.arn()),
        creation_date: Some(key.created()),
        enabled: Some(key.state == KeyState::Enabled),
        description: Some(key.description.clone()),
        key_usage: Some(key.usage.name().into()),
        key_state: Some(key.state.name().into()),
        deletion_date: deletion.and_then(|d| d.date_ms).map(Timestamp::from_millis),
        valid_to: expires.map(Timestamp::from_millis),
        origin: Some(key.origin.name().into()),
        custom_key_store_id: key.custom_store.as_ref().map(|c| c.store_id.clone()),
        cloud_hsm_cluster_id: None,
        expiration_model: expiring.filter(|m| m.is_present()).map(expiration_model),
        key_manager: Some(if key.is_aws_managed() { "AWS" } else { "CUSTOMER" }.into()),
        customer_master_key_spec: Some(key.spec.name().into()),
        key_spec: Some(key.spec.name().into()),
        encryption_algorithms: listed(encryption_algorithms(key.spec, key.usage)),
        signing_algorithms: listed(signing_algorithms(key.spec, key.usage)),
        key_agreement_algorithms: listed(key_agreement_algorithms(key.usage)),
        encapsulation_algorithms: listed(encapsulation_algorithms(key.spec)),
        multi_region: Some(key.multi_region.is_some()),
        multi_region_configuration: key.multi_region.as_ref().map(|family| family_of(key, family)),
        pending_deletion_window_in_days: pending_window(key),
        mac_algorithms: listed(&mac_algorithms(key.spec)),
        xks_key_configuration: key
            .custom_store
            .as_ref()
            .and_then(|c| c.xks_key_id.clone())
            .map(|id| api::XksKeyConfigurationType { id: Some(id) }),
        current_key_material_id: current_material_id(key),
    }
}

/// Only symmetric encryption keys have more than one material, and only they show which is current.
pub(crate) fn current_material_id(key: &Key) -> Option<String> {
    let shown = key.spec == KeySpec::Symmetric && key.custom_store.is_none();
    key.current_material().filter(|_| shown).map(|m| m.id.to_string())
}

fn expiration_model(material: &Material) -> api::ExpirationModelType {
    if material.expires_ms.is_some() {
        "KEY_MATERIAL_EXPIRES"
    } else {
        "KEY_MATERIAL_DOES_NOT_EXPIRE"
    }
    .into()
}

/// A primary that waits for its replicas has a window and no date yet.
fn pending_window(key: &Key) -> Option<i32> {
    let deletion = key
        .deletion
        .as_ref()
        .filter(|_| key.state == KeyState::PendingReplicaDeletion)?;
    i32::try_from(deletion.window_days).ok()
}

fn family_of(key: &Key, family: &MultiRegion) -> api::MultiRegionConfiguration {
    let member = |region: &Region| api::MultiRegionKey {
        arn: Some(arn(&key.account, region, &key.id)),
        region: Some(region.to_string()),
    };
    api::MultiRegionConfiguration {
        multi_region_key_type: Some(family.role.name().into()),
        primary_key: Some(member(&family.primary)),
        replica_keys: Some(family.replicas.iter().map(member).collect()),
    }
}

pub(crate) fn encapsulation_algorithms(spec: KeySpec) -> &'static [&'static str] {
    match spec {
        KeySpec::Pair(KeyPairSpec::MlKem512 | KeyPairSpec::MlKem768 | KeyPairSpec::MlKem1024) => &["ML_KEM"],
        _ => &[],
    }
}

/// The names as the API lists them; an empty list is left out.
pub(crate) fn listed<T: for<'a> From<&'a str>>(names: &[&str]) -> Option<Vec<T>> {
    (!names.is_empty()).then(|| names.iter().map(|name| T::from(name)).collect())
}
