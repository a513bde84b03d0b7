//! DeriveSharedSecret: ECDH on a NIST curve; the bare x coordinate, on which no key derivation was done.
//!
//! Order of errors: NotFound, AccessDenied, Disabled/InvalidState, InvalidKeyUsage, UnsupportedOperation (Recipient),
//! Validation (a public key that does not fit), DryRunOperation. Follows the KMS API reference, "DeriveSharedSecret".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Call, Failure};
use haechi_crypto::CryptoError;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::model::grant::GrantOperation;
use crate::model::usage::{KeyUsage, key_agreement_algorithms};
use crate::resolve::Forms;

pub(crate) async fn derive_shared_secret(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DeriveSharedSecretRequest,
) -> Result<api::DeriveSharedSecretResponse, Failure> {
    let algorithm = input.key_agreement_algorithm.unwrap_or_else(|| "ECDH".into());
    let tokens = input.grant_tokens.unwrap_or_default();
    let wish = Wish::with_grant("DeriveSharedSecret", GrantOperation::DeriveSharedSecret, &tokens)
        .condition("kms:keyagreementalgorithm", algorithm.as_str());
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.key_for(&call, &key_id, Forms::KeysAndAliases, wish).await?;
    loaded.require_use(KeyUsage::KeyAgreement, "DeriveSharedSecret")?;
    loaded.require_algorithm(algorithm.as_str(), key_agreement_algorithms(loaded.key.usage))?;
    if input.recipient.is_some() {
        return Err(error::no_recipients().into());
    }
    let peer = input.public_key.unwrap_or_default();
    let secret = kms
        .with_pair(&loaded, move |pair| pair.derive_shared_secret(&peer))
        .await?;
    // The peer's key is checked by deriving: a point off the curve must be refused (invalid-curve attack).
    let secret = secret.map_err(|error| match error {
        // AWS was recorded giving no reason.
        CryptoError::InvalidPublicKey(_) => error::validation("").into(),
        other => Failure::internal(other),
    })?;
    if input.dry_run == Some(true) {
        return Err(error::dry_run().into());
    }
    Ok(api::DeriveSharedSecretResponse {
        key_id: Some(loaded.arn.clone()),
        shared_secret: Some(secret.expose().into()),
        ciphertext_for_recipient: None,
        key_agreement_algorithm: Some(algorithm),
        key_origin: Some(loaded.key.origin.name().into()),
    })
}
