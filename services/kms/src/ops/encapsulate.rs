//! Encapsulate and Decapsulate, with ML-KEM keys.
//!
//! Order of errors: NotFound, AccessDenied, Disabled/InvalidState, InvalidKeyUsage, DryRunOperation, and for
//! Decapsulate InvalidCiphertext for a length that is not the spec's. An altered ciphertext gives another secret and
//! no error: ML-KEM rejects implicitly. Follows the KMS API reference, "Encapsulate" and "Decapsulate".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Authorized, Call, Failure};
use haechi_crypto::{CryptoError, PrivateKey};

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::metadata::encapsulation_algorithms;
use crate::model::grant::GrantOperation;
use crate::model::usage::KeyUsage;
use crate::resolve::Forms;

pub(crate) async fn encapsulate(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::EncapsulateRequest,
) -> Result<api::EncapsulateResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::Encapsulate,
        key_id: input.key_id.unwrap_or_default(),
        algorithm: input.encapsulation_algorithm.unwrap_or_else(|| "ML_KEM".into()),
        tokens: input.grant_tokens.unwrap_or_default(),
        dry_run: input.dry_run,
    };
    let loaded = asked.prepare(&kms, &call).await?;
    let made = kms
        .with_pair(&loaded, PrivateKey::encapsulate)
        .await?
        .map_err(Failure::internal)?;
    Ok(api::EncapsulateResponse {
        key_id: Some(loaded.arn.clone()),
        shared_secret: Some(made.shared_secret.expose().into()),
        shared_secret_ciphertext_blob: Some(made.ciphertext.into()),
        encapsulation_algorithm: Some(asked.algorithm),
    })
}

pub(crate) async fn decapsulate(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DecapsulateRequest,
) -> Result<api::DecapsulateResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::Decapsulate,
        key_id: input.key_id.unwrap_or_default(),
        algorithm: input.encapsulation_algorithm.unwrap_or_else(|| "ML_KEM".into()),
        tokens: input.grant_tokens.unwrap_or_default(),
        dry_run: input.dry_run,
    };
    let loaded = asked.prepare(&kms, &call).await?;
    let ciphertext = input.shared_secret_ciphertext_blob.unwrap_or_default();
    let secret = kms
        .with_pair(&loaded, move |pair| pair.decapsulate(&ciphertext))
        .await?;
    let secret = secret.map_err(|error| match error {
        CryptoError::EncapsulationLength { .. } => error::invalid_ciphertext().into(),
        other => Failure::internal(other),
    })?;
    Ok(api::DecapsulateResponse {
        key_id: Some(loaded.arn.clone()),
        shared_secret: Some(secret.expose().into()),
        encapsulation_algorithm: Some(asked.algorithm),
    })
}

/// What both operations ask for.
struct Asked {
    operation: GrantOperation,
    key_id: String,
    algorithm: api::EncapsulationAlgorithmSpec,
    tokens: Vec<String>,
    dry_run: Option<bool>,
}

impl Asked {
    /// The key, authorized and found fit.
    async fn prepare(&self, kms: &Kms, call: &Call) -> Result<Authorized<Arc<LoadedKey>>, Failure> {
        let operation = self.operation.name();
        let wish = Wish::with_grant(operation, self.operation, &self.tokens);
        let loaded = kms
            .key_for(call, &self.key_id, Forms::KeysAndAliases, wish)
            .await?;
        loaded.require_use(KeyUsage::EncapsulateDecapsulate, operation)?;
        loaded.require_algorithm(self.algorithm.as_str(), encapsulation_algorithms(loaded.key.spec))?;
        if self.dry_run == Some(true) {
            return Err(error::dry_run().into());
        }
        Ok(loaded)
    }
}
