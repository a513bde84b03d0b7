//! Decrypt: the key is named by the ciphertext itself, or by the request for asymmetric keys.
//!
//! Order of errors: what the ciphertext names comes first (InvalidCiphertext where it names nothing of ours), then
//! IncorrectKey where the request names another key, AccessDenied, Disabled/InvalidState, InvalidKeyUsage,
//! InvalidCiphertext for a context or a byte that does not fit, and at last DryRunOperation: a dry run promises that
//! the call would succeed. With `IGNORE_CIPHERTEXT` it promises only the permission and needs no ciphertext. A key
//! that is not here is answered like one that may not be used. Follows the KMS API reference, "Decrypt".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure, access_denied};
use haechi_crypto::{CiphertextHeader, EncryptionAlgorithm, KeyMaterial, KeySpec, MaterialId, envelope};
use haechi_wire::Blob;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::model::key_id::KeyId;
use crate::ops::encrypt::{canonical, require_no_context};
use crate::resolve::{Forms, Named};
use crate::store::OWNERS;

pub(crate) async fn decrypt(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DecryptRequest,
) -> Result<api::DecryptResponse, Failure> {
    let algorithm = input
        .encryption_algorithm
        .unwrap_or_else(|| "SYMMETRIC_DEFAULT".into());
    let context = input.encryption_context.unwrap_or_default();
    let tokens = input.grant_tokens.unwrap_or_default();
    let dry_run = DryRun::of(input.dry_run, input.dry_run_modifiers.as_deref());
    call.audit_parameter("encryptionAlgorithm", algorithm.as_str().into());
    let wish = Wish::with_grant("Decrypt", GrantOperation::Decrypt, &tokens)
        .context(Some(&context))
        .condition("kms:encryptionalgorithm", algorithm.as_str());

    let source = Source {
        blob: input.ciphertext_blob,
        algorithm: algorithm.as_str(),
        key_id: input.key_id.as_deref(),
        dry_run,
    };
    let (named, material) = kms.find_opener(&call, &source).await?;
    let loaded = kms.release(&call, named, wish).await?;
    loaded.require_encryption("Decrypt", algorithm.as_str())?;
    if input.recipient.is_some() {
        return Err(error::no_recipients().into());
    }
    if dry_run == DryRun::WithoutCiphertext {
        return Err(error::dry_run().into());
    }

    let blob = source.blob.unwrap_or_default();
    let plaintext = kms
        .decrypt_under(
            &call,
            &loaded,
            material.as_ref(),
            algorithm.as_str(),
            blob,
            &context,
        )
        .await?;
    if dry_run == DryRun::Whole {
        return Err(error::dry_run().into());
    }
    let material = material
        .filter(|_| loaded.key.custom_store.is_none())
        .map(|id| id.to_string());
    if let Some(material) = &material {
        call.audit_additional("keyMaterialId", material.as_str());
    }
    Ok(api::DecryptResponse {
        key_id: Some(loaded.arn.clone()),
        plaintext: Some(plaintext),
        encryption_algorithm: Some(algorithm),
        ciphertext_for_recipient: None,
        key_material_id: material,
    })
}

/// Whether a request only asks if it would succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DryRun {
    /// It is meant.
    No,
    /// Everything is tried but the answer.
    Whole,
    /// `IGNORE_CIPHERTEXT`: only the permission is tried.
    WithoutCiphertext,
}

impl DryRun {
    /// Modifiers mean nothing unless `DryRun` is true.
    pub(crate) fn of(asked: Option<bool>, modifiers: Option<&[api::DryRunModifierType]>) -> Self {
        match asked {
            Some(true)
                if modifiers
                    .unwrap_or_default()
                    .iter()
                    .any(|m| m.as_str() == "IGNORE_CIPHERTEXT") =>
            {
                Self::WithoutCiphertext
            }
            Some(true) => Self::Whole,
            _ => Self::No,
        }
    }
}

/// A ciphertext with all that a request says about it.
pub(crate) struct Source<'a> {
    pub(crate) blob: Option<Blob>,
    pub(crate) algorithm: &'a str,
    pub(crate) key_id: Option<&'a str>,
    pub(crate) dry_run: DryRun,
}

/// What a symmetric ciphertext says of itself.
struct BlobOwner {
    key_id: KeyId,
    material: MaterialId,
}

impl Kms {
    /// Finds the key that opens a ciphertext, and the material that a symmetric ciphertext names. Nothing is released
    /// yet, and nothing that the ciphertext says is to be believed before it has been opened.
    pub(crate) async fn find_opener(
        &self,
        call: &Call,
        source: &Source<'_>,
    ) -> Result<(Named, Option<MaterialId>), Failure> {
        let named = match source.key_id {
            Some(key_id) => Some(self.resolve(call, key_id, Forms::KeysAndAliases).await?),
            None => None,
        };
        if source.dry_run == DryRun::WithoutCiphertext {
            return named.map(|named| (named, None)).ok_or_else(|| {
                error::validation("KeyId must be specified to ignore the ciphertext.").into()
            });
        }
        let Some(blob) = &source.blob else {
            return Err(error::validation(
                "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member \
                 must not be null",
            )
            .into());
        };
        if source.algorithm != "SYMMETRIC_DEFAULT" {
            return named.map(|named| (named, None)).ok_or_else(|| {
                error::validation("KeyId must be specified for asymmetric decryption.").into()
            });
        }
        match (named, blob_owner(blob)) {
            (Some(named), Some(owner)) if named.loaded.key.id == owner.key_id => {
                Ok((named, Some(owner.material)))
            }
            (Some(_), Some(_)) => Err(incorrect_key()),
            (None, Some(owner)) => Ok((self.owner_of(call, &owner).await?, Some(owner.material))),
            // A key of another kind answers for itself: its usage or its algorithms don't fit.
            (Some(named), None) if named.loaded.key.spec != KeySpec::Symmetric => Ok((named, None)),
            (_, None) => Err(error::invalid_ciphertext().into()),
        }
    }

    /// The key that a ciphertext names: of the caller's account, or of another that shares it.
    async fn owner_of(&self, call: &Call, owner: &BlobOwner) -> Result<Named, Failure> {
        if let Some(loaded) = self.keys.load(&call.account, &call.region, &owner.key_id).await? {
            return Ok(Named { loaded, alias: None });
        }
        match self.foreign_owner(call, owner).await? {
            Some(loaded) => Ok(Named { loaded, alias: None }),
            None => Err(access_denied(
                call.service,
                "The ciphertext refers to a customer master key that does not exist, does not exist in this \
                 region, or you are not allowed to access.",
            )
            .into()),
        }
    }

    /// The key of another account that a ciphertext names.
    async fn foreign_owner(&self, call: &Call, owner: &BlobOwner) -> Result<Option<Arc<LoadedKey>>, Failure> {
        let shared = call.region.shared_scope();
        match self
            .platform
            .store
            .get(&OWNERS, &shared, owner.key_id.as_str())
            .await?
        {
            Some(account) => self.keys.load(&account, &call.region, &owner.key_id).await,
            None => Ok(None),
        }
    }

    /// Opens a ciphertext with a key that has been authorized and found fit.
    pub(crate) async fn decrypt_under(
        &self,
        call: &Call,
        loaded: &LoadedKey,
        material: Option<&MaterialId>,
        algorithm: &str,
        blob: Blob,
        context: &BTreeMap<String, String>,
    ) -> Result<Blob, Failure> {
        let Some(id) = material else {
            require_no_context(context)?;
            let algorithm: EncryptionAlgorithm = algorithm.parse().map_err(Failure::internal)?;
            let opened = self
                .with_pair(loaded, move |pair| pair.decrypt(algorithm, &blob))
                .await?;
            let plaintext = opened.map_err(|_| error::invalid_ciphertext())?;
            return Ok(Blob::from(plaintext.expose()));
        };
        let Some(open) = self.material(loaded, id).await? else {
            return Err(error::invalid_ciphertext().into());
        };
        let KeyMaterial::Symmetric(key) = open.as_ref() else {
            return Err(error::invalid_ciphertext().into());
        };
        let blob = match &loaded.key.custom_store {
            Some(_) => Box::pin(self.decrypt_outside(call, &loaded.key, &blob, context)).await?,
            None => blob,
        };
        let plaintext =
            envelope::decrypt(key, &blob, &canonical(context)).map_err(|_| error::invalid_ciphertext())?;
        Ok(Blob::from(plaintext.expose()))
    }
}

/// The key and material that a symmetric ciphertext names; `None` where it is not one of ours.
fn blob_owner(blob: &[u8]) -> Option<BlobOwner> {
    let header = CiphertextHeader::parse(blob).ok()?;
    Some(BlobOwner {
        key_id: KeyId::custom(header.key_id)?,
        material: header.material_id,
    })
}

fn incorrect_key() -> Failure {
    ErrorCode::IncorrectKeyException
        .with("The key ID in the request does not identify a CMK that can perform this operation.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modifier_without_a_dry_run_means_nothing() {
        let ignore: [api::DryRunModifierType; 1] = ["IGNORE_CIPHERTEXT".into()];
        assert_eq!(DryRun::of(Some(true), Some(&ignore)), DryRun::WithoutCiphertext);
        assert_eq!(DryRun::of(Some(true), None), DryRun::Whole);
        assert_eq!(DryRun::of(Some(false), Some(&ignore)), DryRun::No);
        assert_eq!(DryRun::of(None, Some(&ignore)), DryRun::No);
    }

    #[test]
    fn what_is_not_a_blob_names_nobody() {
        for junk in [&b""[..], b"x", &[0; 6144], &[1, 0, 4, b'a', b'/', b'.', b'b']] {
            assert!(blob_owner(junk).is_none());
        }
    }
}
