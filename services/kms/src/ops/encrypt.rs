//! Encrypt: up to 4,096 bytes under a symmetric key, or as many as the padding leaves under an RSA key.
//!
//! Order of errors: NotFound, AccessDenied, Disabled/InvalidState, InvalidKeyUsage (usage, then algorithm),
//! DryRunOperation, then what the algorithm itself refuses. Follows the KMS API reference, "Encrypt".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Call, Failure};
use haechi_crypto::{CanonicalContext, EncryptionAlgorithm, KeyMaterial, KeyPairSpec, envelope};
use haechi_wire::Blob;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::model::state::OperationClass;
use crate::model::usage::{KeyUsage, encryption_algorithms};
use crate::resolve::Forms;

pub(crate) async fn encrypt(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::EncryptRequest,
) -> Result<api::EncryptResponse, Failure> {
    let algorithm = input.encryption_algorithm.unwrap_or_else(|| "SYMMETRIC_DEFAULT".into());
    let context = input.encryption_context.unwrap_or_default();
    let tokens = input.grant_tokens.unwrap_or_default();
    let wish = Wish::with_grant("Encrypt", GrantOperation::Encrypt, &tokens)
        .context(Some(&context))
        .condition("kms:encryptionalgorithm", algorithm.as_str());
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.key_for(&call, &key_id, Forms::KeysAndAliases, wish).await?;
    call.audit_parameter("encryptionAlgorithm", algorithm.as_str().into());

    loaded.require_state(OperationClass::Use)?;
    loaded.require_usage(KeyUsage::EncryptDecrypt, "Encrypt")?;
    let allowed = encryption_algorithms(loaded.key.spec, loaded.key.usage);
    loaded.require_algorithm(algorithm.as_str(), allowed)?;
    if input.dry_run == Some(true) {
        return Err(error::dry_run().into());
    }

    let plaintext = input.plaintext.unwrap_or_default();
    let ciphertext = kms.encrypt_under(&loaded, algorithm.as_str(), &plaintext, &context).await?;
    Ok(api::EncryptResponse {
        ciphertext_blob: Some(ciphertext),
        key_id: Some(loaded.arn.clone()),
        encryption_algorithm: Some(algorithm),
    })
}

impl Kms {
    /// Encrypts under a key that has been authorized and found fit.
    pub(crate) async fn encrypt_under(
        &self,
        loaded: &LoadedKey,
        algorithm: &str,
        plaintext: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Result<Blob, Failure> {
        let (id, material) = self.current(loaded).await?;
        match material.as_ref() {
            KeyMaterial::Symmetric(key) => {
                let context = CanonicalContext::new(context.iter().map(|(k, v)| (k.as_str(), v.as_str())));
                envelope::encrypt(key, loaded.key.id.as_str(), &id, plaintext, &context)
                    .map(Blob::from)
                    .map_err(Failure::internal)
            }
            KeyMaterial::Pair(pair) => {
                if !context.is_empty() {
                    return Err(error::validation(
                        "EncryptionContext is not supported for asymmetric encryption algorithms.",
                    )
                    .into());
                }
                let algorithm: EncryptionAlgorithm = algorithm.parse().map_err(Failure::internal)?;
                pair.encrypt(algorithm, plaintext).map(Blob::from).map_err(|_| {
                    let spec = loaded.key.spec;
                    let longest = max_plaintext(pair.spec(), algorithm);
                    error::validation(format!(
                        "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {longest} bytes."
                    ))
                    .into()
                })
            }
            _ => Err(Failure::internal("a key for encryption holds material of another kind")),
        }
    }
}

/// What OAEP leaves of the modulus: twice the digest and two bytes go to the padding (RFC 8017, section 7.1.1).
fn max_plaintext(spec: KeyPairSpec, algorithm: EncryptionAlgorithm) -> usize {
    let modulus = match spec {
        KeyPairSpec::Rsa2048 => 256,
        KeyPairSpec::Rsa3072 => 384,
        KeyPairSpec::Rsa4096 => 512,
        _ => return 0,
    };
    let digest = if algorithm == EncryptionAlgorithm::RsaesOaepSha1 { 20 } else { 32 };
    modulus - 2 * digest - 2
}
