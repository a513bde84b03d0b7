//! `_custom_id_` and `_custom_key_material_`: LocalStack's tags for keys that are the same in every run.
//!
//! Only with `--allow-custom-ids`. The tags are taken off the key: the material must not be readable from it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_api_kms as api;
use haechi_core::{Call, Failure};
use haechi_crypto::{KeyMaterial, KeySpec};
use haechi_wire::Blob;

use crate::error;
use crate::model::key_id::KeyId;

/// What the tags ask for.
pub(crate) struct CustomKey {
    pub(crate) id: Option<KeyId>,
    pub(crate) material: Option<KeyMaterial>,
}

/// Keeps the material out of the audit record, whether the tag is honoured or not.
pub(crate) fn hide_material(call: &Call, tags: &[api::Tag]) {
    let is_material = |tag: &api::Tag| tag.tag_key.as_deref() == Some("_custom_key_material_");
    if !tags.iter().any(is_material) {
        return;
    }
    let shown: Vec<_> = tags
        .iter()
        .map(|tag| {
            let value = if is_material(tag) {
                Some("HIDDEN_DUE_TO_SECURITY_REASONS")
            } else {
                tag.tag_value.as_deref()
            };
            serde_json::json!({ "tagKey": tag.tag_key, "tagValue": value })
        })
        .collect();
    call.audit_parameter("tags", shown.into());
}

/// Takes the two tags out of `tags`.
pub(crate) fn take(tags: &mut BTreeMap<String, String>, spec: KeySpec) -> Result<Option<CustomKey>, Failure> {
    let id = match tags.remove("_custom_id_") {
        Some(id) => Some(
            KeyId::custom(&id)
                .ok_or_else(|| error::validation(format!("_custom_id_ {id} is not a key id")))?,
        ),
        None => None,
    };
    let material = match tags.remove("_custom_key_material_") {
        Some(text) => Some(parse_material(&text, spec)?),
        None => None,
    };
    let asked = id.is_some() || material.is_some();
    Ok(asked.then_some(CustomKey { id, material }))
}

fn parse_material(text: &str, spec: KeySpec) -> Result<KeyMaterial, Failure> {
    let refuse = || error::validation("_custom_key_material_ does not hold material of the key's spec");
    let bytes = Blob::from(STANDARD.decode(text).map_err(|_| refuse())?);
    Ok(KeyMaterial::from_bytes(spec, &bytes).map_err(|_| refuse())?)
}
