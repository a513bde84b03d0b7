//! ListKeyRotations: the material that a key has had, oldest first.
//!
//! `ROTATIONS_ONLY` leaves out the first material and what still waits. Follows the KMS API reference,
//! "ListKeyRotations".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure, Timestamp};
use haechi_crypto::KeySpec;

use crate::Kms;
use crate::authz::Wish;
use crate::model::key::{Key, KeyOrigin};
use crate::model::material::Material;
use crate::model::state::OperationClass;
use crate::paging::page;

/// Rotations on a page where no limit is given.
const DEFAULT_LIMIT: usize = 100;

pub(crate) async fn list_key_rotations(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ListKeyRotationsRequest,
) -> Result<api::ListKeyRotationsResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("ListKeyRotations"))
        .await?;
    let key = &loaded.key;
    if key.spec != KeySpec::Symmetric || key.custom_store.is_some() {
        return Err(ErrorCode::UnsupportedOperationException.with("").into());
    }
    loaded.require_state(OperationClass::RotationStatus)?;
    let everything = input
        .include_key_material
        .as_ref()
        .is_some_and(|asked| asked.as_str() == "ALL_KEY_MATERIAL");
    let listed: Vec<(usize, &Material)> = key
        .materials
        .iter()
        .enumerate()
        .filter(|(_, material)| everything || material.rotation.is_some())
        .collect();
    let limit = input.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let page = page(listed, input.marker.as_deref(), limit, |(at, _)| {
        format!("{at:08}")
    })?;
    Ok(api::ListKeyRotationsResponse {
        truncated: page.truncated(),
        next_marker: page.next_marker,
        rotations: Some(
            page.items
                .iter()
                .map(|(_, material)| entry(key, material))
                .collect(),
        ),
    })
}

fn entry(key: &Key, material: &Material) -> api::RotationsListEntry {
    let imported = key.origin == KeyOrigin::External;
    let present = material.is_present();
    let expires = material.expires_ms.filter(|_| imported && present);
    let import_state = if present { "IMPORTED" } else { "PENDING_IMPORT" };
    let model = if expires.is_some() {
        "KEY_MATERIAL_EXPIRES"
    } else {
        "KEY_MATERIAL_DOES_NOT_EXPIRE"
    };
    api::RotationsListEntry {
        key_id: Some(key.id.to_string()),
        key_material_id: Some(material.id.to_string()),
        key_material_description: material.description.clone().filter(|_| imported),
        import_state: imported.then(|| import_state.into()),
        key_material_state: Some(material.state.name().into()),
        expiration_model: (imported && present).then(|| model.into()),
        valid_to: expires.map(Timestamp::from_millis),
        rotation_date: material.rotated_ms.map(Timestamp::from_millis),
        rotation_type: material.rotation.map(|kind| kind.name().into()),
    }
}
