//! Sign and Verify, with RSA, elliptic-curve and ML-DSA keys.
//!
//! Order of errors: NotFound, AccessDenied, Disabled/InvalidState, InvalidKeyUsage (usage, then algorithm),
//! DryRunOperation, Validation (a message that the algorithm does not take), and for Verify KMSInvalidSignature.
//! Follows the KMS API reference, "Sign" and "Verify".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Authorized, Call, Failure};
use haechi_crypto::{CryptoError, KeySpec, MessageType, SigningAlgorithm};

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::model::usage::{KeyUsage, signing_algorithms};
use crate::resolve::Forms;

pub(crate) async fn sign(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::SignRequest,
) -> Result<api::SignResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::Sign,
        key_id: input.key_id.unwrap_or_default(),
        algorithm: input.signing_algorithm.unwrap_or_else(|| "".into()),
        message_type: input.message_type.unwrap_or_else(|| "RAW".into()),
        tokens: input.grant_tokens.unwrap_or_default(),
        dry_run: input.dry_run,
    };
    let Ready {
        loaded,
        algorithm,
        message_type,
    } = asked.prepare(&kms, &call).await?;
    let message = input.message.unwrap_or_default();
    let signature = kms
        .with_pair(&loaded, move |pair| pair.sign(algorithm, message_type, &message))
        .await?
        .map_err(|error| message_error(error, loaded.key.spec, algorithm))?;
    Ok(api::SignResponse {
        key_id: Some(loaded.arn.clone()),
        signature: Some(signature.into()),
        signing_algorithm: Some(asked.algorithm),
    })
}

pub(crate) async fn verify(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::VerifyRequest,
) -> Result<api::VerifyResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::Verify,
        key_id: input.key_id.unwrap_or_default(),
        algorithm: input.signing_algorithm.unwrap_or_else(|| "".into()),
        message_type: input.message_type.unwrap_or_else(|| "RAW".into()),
        tokens: input.grant_tokens.unwrap_or_default(),
        dry_run: input.dry_run,
    };
    let Ready {
        loaded,
        algorithm,
        message_type,
    } = asked.prepare(&kms, &call).await?;
    let message = input.message.unwrap_or_default();
    let signature = input.signature.unwrap_or_default();
    kms.with_pair(&loaded, move |pair| {
        pair.verify(algorithm, message_type, &message, &signature)
    })
    .await?
    .map_err(|error| message_error(error, loaded.key.spec, algorithm))?;
    Ok(api::VerifyResponse {
        key_id: Some(loaded.arn.clone()),
        signature_valid: Some(true),
        signing_algorithm: Some(asked.algorithm),
    })
}

/// What both operations ask for.
struct Asked {
    operation: GrantOperation,
    key_id: String,
    algorithm: api::SigningAlgorithmSpec,
    message_type: api::MessageType,
    tokens: Vec<String>,
    dry_run: Option<bool>,
}

/// A key that may be used, with an algorithm that it has.
struct Ready {
    loaded: Authorized<Arc<LoadedKey>>,
    algorithm: SigningAlgorithm,
    message_type: MessageType,
}

impl Asked {
    async fn prepare(&self, kms: &Kms, call: &Call) -> Result<Ready, Failure> {
        let (algorithm, message_type) = (self.algorithm.as_str(), self.message_type.as_str());
        call.audit_parameter("messageType", message_type.into());
        let wish = Wish::with_grant(self.operation.name(), self.operation, &self.tokens)
            .condition("kms:signingalgorithm", algorithm)
            .condition("kms:messagetype", message_type);
        let loaded = kms
            .key_for(call, &self.key_id, Forms::KeysAndAliases, wish)
            .await?;
        loaded.require_use(KeyUsage::SignVerify, self.operation.name())?;
        loaded.require_algorithm(algorithm, signing_algorithms(loaded.key.spec, loaded.key.usage))?;
        if self.dry_run == Some(true) {
            return Err(error::dry_run().into());
        }
        Ok(Ready {
            loaded,
            algorithm: algorithm.parse().map_err(Failure::internal)?,
            message_type: message_type.parse().map_err(Failure::internal)?,
        })
    }
}

/// Why a message could not be signed, or a signature not be accepted.
fn message_error(error: CryptoError, spec: KeySpec, signing: SigningAlgorithm) -> Failure {
    match error {
        CryptoError::InvalidSignature => ErrorCode::KMSInvalidSignatureException.with("").into(),
        CryptoError::DigestLength { .. } => {
            let what = if signing == SigningAlgorithm::MlDsaShake256 {
                "External Mu"
            } else {
                "Digest"
            };
            error::validation(format!("{what} is invalid length for algorithm {signing}.")).into()
        }
        CryptoError::MessageTypeMismatch { message_type, .. } => {
            let edwards = matches!(
                signing,
                SigningAlgorithm::Ed25519Sha512 | SigningAlgorithm::Ed25519PhSha512
            );
            let whose = if edwards {
                format!("algorithm {signing}")
            } else {
                format!("key spec {spec}")
            };
            error::validation(format!(
                "Message type {message_type} is incompatible with {whose}."
            ))
            .into()
        }
        other => Failure::internal(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use haechi_crypto::KeyPairSpec;

    fn words(error: CryptoError, spec: KeyPairSpec, signing: SigningAlgorithm) -> String {
        message_error(error, KeySpec::Pair(spec), signing)
            .into_api()
            .message
    }

    #[test]
    fn a_digest_of_another_length_names_the_algorithm() {
        let error = CryptoError::DigestLength {
            expected: 32,
            actual: 5,
        };
        assert_eq!(
            words(error.clone(), KeyPairSpec::P256, SigningAlgorithm::EcdsaSha256),
            "Digest is invalid length for algorithm ECDSA_SHA_256."
        );
        assert_eq!(
            words(error, KeyPairSpec::MlDsa44, SigningAlgorithm::MlDsaShake256),
            "External Mu is invalid length for algorithm ML_DSA_SHAKE_256."
        );
    }

    #[test]
    fn a_message_type_is_refused_by_the_algorithm_or_by_the_spec() {
        let error = |algorithm| CryptoError::MessageTypeMismatch {
            algorithm,
            message_type: MessageType::Digest,
        };
        let (ed, dsa) = (SigningAlgorithm::Ed25519Sha512, SigningAlgorithm::MlDsaShake256);
        assert_eq!(
            words(error(ed), KeyPairSpec::Ed25519, ed),
            "Message type DIGEST is incompatible with algorithm ED25519_SHA_512."
        );
        assert_eq!(
            words(error(dsa), KeyPairSpec::MlDsa44, dsa),
            "Message type DIGEST is incompatible with key spec ML_DSA_44."
        );
    }
}
