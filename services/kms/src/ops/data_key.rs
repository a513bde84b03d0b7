//! GenerateDataKey and GenerateDataKeyWithoutPlaintext: a fresh key, encrypted under a symmetric KMS key.
//!
//! Order of errors: Validation (the size must be given exactly once), NotFound, AccessDenied, Disabled/InvalidState,
//! InvalidKeyUsage, UnsupportedOperation (Recipient), DryRunOperation. Follows the KMS API reference,
//! "GenerateDataKey".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Authorized, Call, Failure};
use haechi_crypto::{Plaintext, random};

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::ops::encrypt::Encrypted;
use crate::resolve::Forms;

pub(crate) async fn generate_data_key(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GenerateDataKeyRequest,
) -> Result<api::GenerateDataKeyResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::GenerateDataKey,
        key_id: input.key_id.unwrap_or_default(),
        length: length(input.key_spec.as_ref(), input.number_of_bytes)?,
        context: input.encryption_context.unwrap_or_default(),
        tokens: input.grant_tokens.unwrap_or_default(),
        recipient: input.recipient.is_some(),
        dry_run: input.dry_run,
    };
    let DataKey {
        loaded,
        plaintext,
        encrypted,
    } = asked.make(&kms, &call).await?;
    Ok(api::GenerateDataKeyResponse {
        ciphertext_blob: Some(encrypted.blob),
        plaintext: Some(plaintext.expose().into()),
        key_id: Some(loaded.arn.clone()),
        ciphertext_for_recipient: None,
        key_material_id: encrypted.material,
    })
}

pub(crate) async fn generate_data_key_without_plaintext(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GenerateDataKeyWithoutPlaintextRequest,
) -> Result<api::GenerateDataKeyWithoutPlaintextResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::GenerateDataKeyWithoutPlaintext,
        key_id: input.key_id.unwrap_or_default(),
        length: length(input.key_spec.as_ref(), input.number_of_bytes)?,
        context: input.encryption_context.unwrap_or_default(),
        tokens: input.grant_tokens.unwrap_or_default(),
        recipient: false,
        dry_run: input.dry_run,
    };
    let DataKey {
        loaded, encrypted, ..
    } = asked.make(&kms, &call).await?;
    Ok(api::GenerateDataKeyWithoutPlaintextResponse {
        ciphertext_blob: Some(encrypted.blob),
        key_id: Some(loaded.arn.clone()),
        key_material_id: encrypted.material,
    })
}

/// What both operations ask for.
struct Asked {
    operation: GrantOperation,
    key_id: String,
    length: usize,
    context: BTreeMap<String, String>,
    tokens: Vec<String>,
    recipient: bool,
    dry_run: Option<bool>,
}

struct DataKey {
    loaded: Authorized<Arc<LoadedKey>>,
    plaintext: Plaintext,
    encrypted: Encrypted,
}

impl Asked {
    async fn make(&self, kms: &Kms, call: &Call) -> Result<DataKey, Failure> {
        let operation = self.operation.name();
        let wish = Wish::with_grant(operation, self.operation, &self.tokens)
            .context(Some(&self.context))
            .condition("kms:encryptionalgorithm", "SYMMETRIC_DEFAULT");
        let loaded = kms
            .key_for(call, &self.key_id, Forms::KeysAndAliases, wish)
            .await?;
        loaded.require_encryption(operation, "SYMMETRIC_DEFAULT")?;
        if self.recipient {
            return Err(error::no_recipients().into());
        }
        if self.dry_run == Some(true) {
            return Err(error::dry_run().into());
        }
        let plaintext = random::bytes(self.length).map_err(Failure::internal)?;
        let encrypted = kms
            .encrypt_under(
                call,
                &loaded,
                "SYMMETRIC_DEFAULT",
                plaintext.expose(),
                &self.context,
            )
            .await?;
        if let Some(material) = &encrypted.material {
            call.audit_additional("keyMaterialId", material.as_str());
        }
        Ok(DataKey {
            loaded,
            plaintext,
            encrypted,
        })
    }
}

/// The length in bytes, given in exactly one of two ways.
fn length(spec: Option<&api::DataKeySpec>, bytes: Option<i32>) -> Result<usize, Failure> {
    match (spec.map(api::DataKeySpec::as_str), bytes) {
        (Some("AES_256"), None) => Ok(32),
        (Some("AES_128"), None) => Ok(16),
        (None, Some(bytes)) => usize::try_from(bytes).map_err(Failure::internal),
        _ => Err(error::validation("Please specify either number of bytes or key spec.").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_given_in_exactly_one_way() {
        assert_eq!(length(Some(&"AES_128".into()), None).unwrap(), 16);
        assert_eq!(length(Some(&"AES_256".into()), None).unwrap(), 32);
        assert_eq!(length(None, Some(1024)).unwrap(), 1024);
        for (spec, bytes) in [(None, None), (Some(&"AES_256".into()), Some(32))] {
            let refused = length(spec, bytes).unwrap_err().into_api();
            assert_eq!(
                refused.message,
                "Please specify either number of bytes or key spec."
            );
        }
    }
}
