//! ReEncrypt: a ciphertext under one key becomes one under another, or under another context, and the plaintext never
//! leaves.
//!
//! Two permissions: `kms:ReEncryptFrom` on the source key and `kms:ReEncryptTo` on the destination key; both requests
//! say whether the two are one key (`kms:ReEncryptOnSameKey`). Order of errors: what the ciphertext names
//! (InvalidCiphertext, IncorrectKey), NotFound of the destination, AccessDenied of the source then of the destination,
//! state, usage and algorithm of the source then of the destination, InvalidCiphertext, DryRunOperation, Validation of
//! a plaintext that does not fit. Follows the KMS API reference, "ReEncrypt".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Call, Failure};

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::model::grant::GrantOperation;
use crate::ops::decrypt::{DryRun, Source};
use crate::resolve::Forms;

pub(crate) async fn re_encrypt(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ReEncryptRequest,
) -> Result<api::ReEncryptResponse, Failure> {
    let from = input
        .source_encryption_algorithm
        .unwrap_or_else(|| "SYMMETRIC_DEFAULT".into());
    let to = input
        .destination_encryption_algorithm
        .unwrap_or_else(|| "SYMMETRIC_DEFAULT".into());
    let source_context = input.source_encryption_context.unwrap_or_default();
    let destination_context = input.destination_encryption_context.unwrap_or_default();
    let tokens = input.grant_tokens.unwrap_or_default();
    let dry_run = DryRun::of(input.dry_run, input.dry_run_modifiers.as_deref());
    call.audit_parameter("sourceEncryptionAlgorithm", from.as_str().into());
    call.audit_parameter("destinationEncryptionAlgorithm", to.as_str().into());

    let source = Source {
        blob: input.ciphertext_blob,
        algorithm: from.as_str(),
        key_id: input.source_key_id.as_deref(),
        dry_run,
    };
    let (opener, material) = kms.find_opener(&call, &source).await?;
    let destination_id = input.destination_key_id.unwrap_or_default();
    let destination = kms.resolve(&call, &destination_id, Forms::KeysAndAliases).await?;
    let same_key = if opener.loaded.arn == destination.loaded.arn {
        "true"
    } else {
        "false"
    };

    let wish = Wish::with_grant("ReEncryptFrom", GrantOperation::ReEncryptFrom, &tokens)
        .context(Some(&source_context))
        .condition("kms:encryptionalgorithm", from.as_str())
        .condition("kms:reencryptonsamekey", same_key);
    let opener = kms.release(&call, opener, wish).await?;
    let wish = Wish::with_grant("ReEncryptTo", GrantOperation::ReEncryptTo, &tokens)
        .context(Some(&destination_context))
        .condition("kms:encryptionalgorithm", to.as_str())
        .condition("kms:reencryptonsamekey", same_key);
    let destination = kms.release(&call, destination, wish).await?;
    opener.require_encryption("ReEncrypt", from.as_str())?;
    destination.require_encryption("ReEncrypt", to.as_str())?;
    if dry_run == DryRun::WithoutCiphertext {
        return Err(error::dry_run().into());
    }

    let blob = source.blob.unwrap_or_default();
    let plaintext = kms
        .decrypt_under(
            &call,
            &opener,
            material.as_ref(),
            from.as_str(),
            blob,
            &source_context,
        )
        .await?;
    let encrypted = kms
        .encrypt_under(&call, &destination, to.as_str(), &plaintext, &destination_context)
        .await?;
    if dry_run == DryRun::Whole {
        return Err(error::dry_run().into());
    }
    let source_material = material
        .filter(|_| opener.key.custom_store.is_none())
        .map(|id| id.to_string());
    for (name, id) in [
        ("sourceKeyMaterialId", &source_material),
        ("destinationKeyMaterialId", &encrypted.material),
    ] {
        if let Some(id) = id {
            call.audit_additional(name, id.as_str());
        }
    }
    Ok(api::ReEncryptResponse {
        ciphertext_blob: Some(encrypted.blob),
        source_key_id: Some(opener.arn.clone()),
        key_id: Some(destination.arn.clone()),
        source_encryption_algorithm: Some(from),
        destination_encryption_algorithm: Some(to),
        source_key_material_id: source_material,
        destination_key_material_id: encrypted.material,
    })
}
