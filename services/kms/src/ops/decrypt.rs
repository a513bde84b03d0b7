//! Decrypt: the key is named by the ciphertext itself, or by the request for asymmetric keys.
//!
//! Order of errors: what the ciphertext names comes first (InvalidCiphertext where it names nothing of ours), then
//! IncorrectKey where the request names another key, AccessDenied, Disabled/InvalidState, InvalidKeyUsage,
//! DryRunOperation, and at last InvalidCiphertext for a context or a byte that does not fit. A key that is not here
//! is answered like one that may not be used. Follows the KMS API reference, "Decrypt".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Authorized, Call, Failure, access_denied};
use haechi_crypto::{CanonicalContext, CiphertextHeader, EncryptionAlgorithm, KeyMaterial, MaterialId, envelope};
use haechi_wire::Blob;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::model::key_id::KeyId;
use crate::model::state::OperationClass;
use crate::model::usage::{KeyUsage, encryption_algorithms};
use crate::resolve::{Forms, Named};
use crate::store::{OWNERS, shared_scope};

/// What a symmetric ciphertext says of itself.
pub(crate) struct BlobOwner {
    pub(crate) key_id: KeyId,
    pub(crate) material: MaterialId,
}

pub(crate) async fn decrypt(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DecryptRequest,
) -> Result<api::DecryptResponse, Failure> {
    let algorithm = input.encryption_algorithm.unwrap_or_else(|| "SYMMETRIC_DEFAULT".into());
    let context = input.encryption_context.unwrap_or_default();
    let tokens = input.grant_tokens.unwrap_or_default();
    let blob = input.ciphertext_blob.unwrap_or_default();
    let wish = Wish::with_grant("Decrypt", GrantOperation::Decrypt, &tokens)
        .context(Some(&context))
        .condition("kms:encryptionalgorithm", algorithm.as_str());
    call.audit_parameter("encryptionAlgorithm", algorithm.as_str().into());
    let opener = kms.opener(&call, &blob, algorithm.as_str(), input.key_id.as_deref(), wish).await?;
    let Opener { loaded, material } = opener;

    loaded.require_state(OperationClass::Use)?;
    loaded.require_usage(KeyUsage::EncryptDecrypt, "Decrypt")?;
    let allowed = encryption_algorithms(loaded.key.spec, loaded.key.usage);
    loaded.require_algorithm(algorithm.as_str(), allowed)?;
    if input.dry_run == Some(true) {
        return Err(error::dry_run().into());
    }

    let plaintext =
        kms.decrypt_under(&loaded, material.as_ref(), algorithm.as_str(), &blob, &context).await?;
    Ok(api::DecryptResponse {
        key_id: Some(loaded.arn.clone()),
        plaintext: Some(plaintext),
        encryption_algorithm: Some(algorithm),
        ciphertext_for_recipient: None,
        key_material_id: material.map(|id| id.to_string()),
    })
}

/// The key that opens a ciphertext, released to the caller.
pub(crate) struct Opener {
    pub(crate) loaded: Authorized<Arc<LoadedKey>>,
    /// The material that the ciphertext names; none for asymmetric keys.
    pub(crate) material: Option<MaterialId>,
}

impl Kms {
    /// Finds the key that opens `blob` and releases it if the wish is granted.
    pub(crate) async fn opener(
        &self,
        call: &Call,
        blob: &[u8],
        algorithm: &str,
        key_id: Option<&str>,
        wish: Wish<'_>,
    ) -> Result<Opener, Failure> {
        if algorithm != "SYMMETRIC_DEFAULT" {
            let Some(key_id) = key_id else {
                return Err(error::validation("KeyId must be specified for asymmetric decryption.").into());
            };
            let loaded = self.key_for(call, key_id, Forms::KeysAndAliases, wish).await?;
            return Ok(Opener { loaded, material: None });
        }
        let owner = blob_owner(blob);
        let named = match key_id {
            Some(key_id) => Some(self.resolve(call, key_id, Forms::KeysAndAliases).await?),
            None => None,
        };
        // A named key of another kind answers for itself below; only a symmetric one must be the blob's own.
        let symmetric = |named: &Named| named.loaded.key.spec == haechi_crypto::KeySpec::Symmetric;
        let (named, material) = match (named, owner) {
            (Some(named), _) if !symmetric(&named) => (named, None),
            (_, None) => return Err(error::invalid_ciphertext().into()),
            (Some(named), Some(owner)) => {
                if named.loaded.key.id != owner.key_id {
                    return Err(incorrect_key());
                }
                (named, Some(owner.material))
            }
            (None, Some(owner)) => (self.owner_of(call, &owner).await?, Some(owner.material)),
        };
        let loaded = self.release(call, named, wish).await?;
        Ok(Opener { loaded, material })
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
        let shared = shared_scope(&call.region);
        match self.platform.store.get(&OWNERS, &shared, owner.key_id.as_str()).await? {
            Some(account) => self.keys.load(&account, &call.region, &owner.key_id).await,
            None => Ok(None),
        }
    }

    /// Opens a ciphertext with a key that has been authorized and found fit.
    pub(crate) async fn decrypt_under(
        &self,
        loaded: &LoadedKey,
        material: Option<&MaterialId>,
        algorithm: &str,
        blob: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Result<Blob, Failure> {
        let Some(id) = material else {
            let (_, open) = self.current(loaded).await?;
            let KeyMaterial::Pair(pair) = open.as_ref() else {
                return Err(error::invalid_ciphertext().into());
            };
            let algorithm: EncryptionAlgorithm = algorithm.parse().map_err(Failure::internal)?;
            let plaintext = pair.decrypt(algorithm, blob).map_err(|_| error::invalid_ciphertext())?;
            return Ok(Blob::from(plaintext.expose()));
        };
        let Some(open) = self.material(loaded, id).await? else {
            return Err(error::invalid_ciphertext().into());
        };
        let KeyMaterial::Symmetric(key) = open.as_ref() else {
            return Err(error::invalid_ciphertext().into());
        };
        let context = CanonicalContext::new(context.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let plaintext = envelope::decrypt(key, blob, &context).map_err(|_| error::invalid_ciphertext())?;
        Ok(Blob::from(plaintext.expose()))
    }
}

/// The key and material that a symmetric ciphertext names; `None` where it is not one of ours.
pub(crate) fn blob_owner(blob: &[u8]) -> Option<BlobOwner> {
    let header = CiphertextHeader::parse(blob).ok()?;
    Some(BlobOwner { key_id: KeyId::custom(header.key_id)?, material: header.material_id })
}

fn incorrect_key() -> Failure {
    ErrorCode::IncorrectKeyException
        .with("The key ID in the request does not identify a CMK that can perform this operation.")
        .into()
}
