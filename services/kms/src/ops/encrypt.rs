//! Encrypt: up to 4,096 bytes under a symmetric key, or as many as the padding leaves under an RSA key.
//!
//! Order of errors: NotFound, AccessDenied, Disabled/InvalidState, InvalidKeyUsage (usage, then algorithm),
//! DryRunOperation, then what the algorithm itself refuses. Follows the KMS API reference, "Encrypt".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Call, Failure};
use haechi_crypto::{CanonicalContext, CryptoError, EncryptionAlgorithm, KeyMaterial, envelope};
use haechi_wire::Blob;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::model::usage::{KeyUsage, encryption_algorithms};
use crate::resolve::Forms;

pub(crate) async fn encrypt(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::EncryptRequest,
) -> Result<api::EncryptResponse, Failure> {
    let algorithm = input
        .encryption_algorithm
        .unwrap_or_else(|| "SYMMETRIC_DEFAULT".into());
    let context = input.encryption_context.unwrap_or_default();
    let tokens = input.grant_tokens.unwrap_or_default();
    call.audit_parameter("encryptionAlgorithm", algorithm.as_str().into());
    let wish = Wish::with_grant("Encrypt", GrantOperation::Encrypt, &tokens)
        .context(Some(&context))
        .condition("kms:encryptionalgorithm", algorithm.as_str());
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.key_for(&call, &key_id, Forms::KeysAndAliases, wish).await?;
    loaded.require_encryption("Encrypt", algorithm.as_str())?;
    if input.dry_run == Some(true) {
        return Err(error::dry_run().into());
    }

    let plaintext = input.plaintext.unwrap_or_default();
    let encrypted = kms
        .encrypt_under(&call, &loaded, algorithm.as_str(), &plaintext, &context)
        .await?;
    if let Some(material) = encrypted.material {
        call.audit_additional("keyMaterialId", material);
    }
    Ok(api::EncryptResponse {
        ciphertext_blob: Some(encrypted.blob),
        key_id: Some(loaded.arn.clone()),
        encryption_algorithm: Some(algorithm),
    })
}

/// A ciphertext, and which material of a symmetric key made it.
pub(crate) struct Encrypted {
    pub(crate) blob: Blob,
    /// The material's id in the API's form.
    pub(crate) material: Option<String>,
}

impl LoadedKey {
    /// The key may be used now, is for encryption, and has the algorithm.
    pub(crate) fn require_encryption(&self, operation: &str, algorithm: &str) -> Result<(), Failure> {
        self.require_use(KeyUsage::EncryptDecrypt, operation)?;
        self.require_algorithm(algorithm, encryption_algorithms(self.key.spec, self.key.usage))
    }
}

impl Kms {
    /// Encrypts under a key that has been authorized and found fit.
    pub(crate) async fn encrypt_under(
        &self,
        call: &Call,
        loaded: &LoadedKey,
        algorithm: &str,
        plaintext: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Result<Encrypted, Failure> {
        let (id, material) = self.current(loaded).await?;
        match material.as_ref() {
            KeyMaterial::Symmetric(key) => {
                let bound = canonical(context);
                let blob = envelope::encrypt(key, loaded.key.id.as_str(), &id, plaintext, &bound)
                    .map_err(Failure::internal)?;
                if loaded.key.custom_store.is_some() {
                    let blob = Box::pin(self.encrypt_outside(call, &loaded.key, &blob, context)).await?;
                    return Ok(Encrypted { blob, material: None });
                }
                Ok(Encrypted {
                    blob: blob.into(),
                    material: Some(id.to_string()),
                })
            }
            KeyMaterial::Pair(pair) => {
                require_no_context(context)?;
                let algorithm: EncryptionAlgorithm = algorithm.parse().map_err(Failure::internal)?;
                let blob = pair.encrypt(algorithm, plaintext).map_err(|error| match error {
                    CryptoError::PlaintextLength { max, .. } => error::validation(format!(
                        "Algorithm {algorithm} and key spec {} cannot encrypt data larger than {max} bytes.",
                        loaded.key.spec
                    ))
                    .into(),
                    other => Failure::internal(other),
                })?;
                Ok(Encrypted {
                    blob: blob.into(),
                    material: None,
                })
            }
            _ => Err(Failure::internal(
                "a key for encryption holds material of another kind",
            )),
        }
    }
}

/// The form in which an encryption context is authenticated.
pub(crate) fn canonical(context: &BTreeMap<String, String>) -> CanonicalContext {
    CanonicalContext::new(context.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// RSA ciphertext has no place for an encryption context.
pub(crate) fn require_no_context(context: &BTreeMap<String, String>) -> Result<(), Failure> {
    if context.is_empty() {
        return Ok(());
    }
    let message = "EncryptionContext is not supported for asymmetric encryption algorithms.";
    Err(error::validation(message).into())
}
