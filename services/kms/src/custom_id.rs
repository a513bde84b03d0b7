//! `_custom_id_` and `_custom_key_material_`: LocalStack's tags for keys that are the same in every run.
//!
//! Only with `--allow-custom-ids`. The tags are taken off the key: the material must not be readable from it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_core::Failure;
use haechi_crypto::{KeyMaterial, KeySpec};
use haechi_wire::Blob;

use crate::error;
use crate::model::key_id::KeyId;

/// What the tags ask for.
pub(crate) struct CustomKey {
    pub(crate) id: KeyId,
    pub(crate) material: Option<KeyMaterial>,
}

/// Takes the two tags out of `tags`.
pub(crate) fn take(tags: &mut BTreeMap<String, String>, spec: KeySpec) -> Result<Option<CustomKey>, Failure> {
    let Some(id) = tags.remove("_custom_id_") else {
        return Ok(None);
    };
    let id =
        KeyId::custom(&id).ok_or_else(|| error::validation(format!("_custom_id_ {id} is not a key id")))?;
    let material = match tags.remove("_custom_key_material_") {
        Some(text) => Some(parse_material(&text, spec)?),
        None => None,
    };
    Ok(Some(CustomKey { id, material }))
}

fn parse_material(text: &str, spec: KeySpec) -> Result<KeyMaterial, Failure> {
    let refuse = || error::validation("_custom_key_material_ does not hold material of the key's spec");
    let bytes = Blob::from(STANDARD.decode(text).map_err(|_| refuse())?);
    Ok(KeyMaterial::from_bytes(spec, &bytes).map_err(|_| refuse())?)
}
