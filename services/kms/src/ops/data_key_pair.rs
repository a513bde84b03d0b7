//! GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext: a fresh key pair, its private half as PKCS#8 encrypted
//! under a symmetric KMS key.
//!
//! Order of errors: NotFound, AccessDenied, Disabled/InvalidState, InvalidKeyUsage, UnsupportedOperation (SM2,
//! Recipient), DryRunOperation. Follows the KMS API reference, "GenerateDataKeyPair".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Authorized, Call, Failure};
use haechi_crypto::{CryptoError, KeyPairSpec, Plaintext, PrivateKey};
use haechi_wire::Blob;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::ops::encrypt::Encrypted;
use crate::resolve::Forms;

pub(crate) async fn generate_data_key_pair(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GenerateDataKeyPairRequest,
) -> Result<api::GenerateDataKeyPairResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::GenerateDataKeyPair,
        key_id: input.key_id.unwrap_or_default(),
        spec: input.key_pair_spec.unwrap_or_else(|| "".into()),
        context: input.encryption_context.unwrap_or_default(),
        tokens: input.grant_tokens.unwrap_or_default(),
        recipient: input.recipient.is_some(),
        dry_run: input.dry_run,
    };
    let DataKeyPair {
        loaded,
        private,
        public,
        encrypted,
    } = asked.make(&kms, &call).await?;
    Ok(api::GenerateDataKeyPairResponse {
        private_key_ciphertext_blob: Some(encrypted.blob),
        private_key_plaintext: Some(private.expose().into()),
        public_key: Some(public),
        key_id: Some(loaded.arn.clone()),
        key_pair_spec: Some(asked.spec),
        ciphertext_for_recipient: None,
        key_material_id: encrypted.material,
    })
}

pub(crate) async fn generate_data_key_pair_without_plaintext(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GenerateDataKeyPairWithoutPlaintextRequest,
) -> Result<api::GenerateDataKeyPairWithoutPlaintextResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::GenerateDataKeyPairWithoutPlaintext,
        key_id: input.key_id.unwrap_or_default(),
        spec: input.key_pair_spec.unwrap_or_else(|| "".into()),
        context: input.encryption_context.unwrap_or_default(),
        tokens: input.grant_tokens.unwrap_or_default(),
        recipient: false,
        dry_run: input.dry_run,
    };
    let DataKeyPair {
        loaded,
        public,
        encrypted,
        ..
    } = asked.make(&kms, &call).await?;
    Ok(api::GenerateDataKeyPairWithoutPlaintextResponse {
        private_key_ciphertext_blob: Some(encrypted.blob),
        public_key: Some(public),
        key_id: Some(loaded.arn.clone()),
        key_pair_spec: Some(asked.spec),
        key_material_id: encrypted.material,
    })
}

/// What both operations ask for.
struct Asked {
    operation: GrantOperation,
    key_id: String,
    spec: api::DataKeyPairSpec,
    context: BTreeMap<String, String>,
    tokens: Vec<String>,
    recipient: bool,
    dry_run: Option<bool>,
}

struct DataKeyPair {
    loaded: Authorized<Arc<LoadedKey>>,
    private: Plaintext,
    public: Blob,
    encrypted: Encrypted,
}

impl Asked {
    async fn make(&self, kms: &Kms, call: &Call) -> Result<DataKeyPair, Failure> {
        let operation = self.operation.name();
        let wish = Wish::with_grant(operation, self.operation, &self.tokens)
            .context(Some(&self.context))
            .condition("kms:encryptionalgorithm", "SYMMETRIC_DEFAULT")
            .condition("kms:datakeypairspec", self.spec.as_str());
        let loaded = kms
            .key_for(call, &self.key_id, Forms::KeysAndAliases, wish)
            .await?;
        loaded.require_encryption(operation, "SYMMETRIC_DEFAULT")?;
        let spec = parse_spec(self.spec.as_str())?;
        if self.recipient {
            return Err(error::no_recipients().into());
        }
        if self.dry_run == Some(true) {
            return Err(error::dry_run().into());
        }
        let pair = generate(spec).await?;
        let private = pair.to_pkcs8().map_err(Failure::internal)?;
        let encrypted = kms
            .encrypt_under(
                call,
                &loaded,
                "SYMMETRIC_DEFAULT",
                private.expose(),
                &self.context,
            )
            .await?;
        if let Some(material) = &encrypted.material {
            call.audit_additional("keyMaterialId", material.as_str());
        }
        Ok(DataKeyPair {
            loaded,
            private,
            public: pair.public_key_der().into(),
            encrypted,
        })
    }
}

fn parse_spec(name: &str) -> Result<KeyPairSpec, Failure> {
    name.parse().map_err(|error| match error {
        CryptoError::Unsupported(_) => ErrorCode::UnsupportedOperationException
            .with(format!("KeyPairSpec {name} is not supported in this Region."))
            .into(),
        other => Failure::internal(other),
    })
}

/// RSA takes up to a second: it leaves the async threads.
async fn generate(spec: KeyPairSpec) -> Result<PrivateKey, Failure> {
    if !spec.is_rsa() {
        return PrivateKey::generate(spec).map_err(Failure::internal);
    }
    let working = tokio::task::spawn_blocking(move || PrivateKey::generate(spec));
    working
        .await
        .map_err(Failure::internal)?
        .map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sm2_pairs_are_for_china_alone() {
        assert_eq!(
            parse_spec("SM2").unwrap_err().into_api().code,
            "UnsupportedOperationException"
        );
        assert_eq!(parse_spec("ML_KEM_768").unwrap(), KeyPairSpec::MlKem768);
    }
}
