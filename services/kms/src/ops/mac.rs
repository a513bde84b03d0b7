//! GenerateMac and VerifyMac.
//!
//! Order of errors: NotFound, AccessDenied, Disabled/InvalidState, InvalidKeyUsage (usage, then algorithm),
//! DryRunOperation, and for VerifyMac KMSInvalidMac. Follows the KMS API reference, "GenerateMac" and "VerifyMac".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Authorized, Call, Failure};
use haechi_crypto::KeyMaterial;

use crate::Kms;
use crate::authz::Wish;
use crate::error;
use crate::loaded::LoadedKey;
use crate::model::grant::GrantOperation;
use crate::model::usage::{KeyUsage, mac_algorithms};
use crate::resolve::Forms;

pub(crate) async fn generate_mac(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GenerateMacRequest,
) -> Result<api::GenerateMacResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::GenerateMac,
        key_id: input.key_id.unwrap_or_default(),
        algorithm: input.mac_algorithm.unwrap_or_else(|| "".into()),
        tokens: input.grant_tokens.unwrap_or_default(),
        dry_run: input.dry_run,
    };
    let (loaded, material) = asked.prepare(&kms, &call).await?;
    let KeyMaterial::Hmac(key) = material.as_ref() else {
        return Err(wrong_material());
    };
    Ok(api::GenerateMacResponse {
        mac: Some(key.mac(&input.message.unwrap_or_default()).into()),
        mac_algorithm: Some(asked.algorithm),
        key_id: Some(loaded.arn.clone()),
    })
}

pub(crate) async fn verify_mac(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::VerifyMacRequest,
) -> Result<api::VerifyMacResponse, Failure> {
    let asked = Asked {
        operation: GrantOperation::VerifyMac,
        key_id: input.key_id.unwrap_or_default(),
        algorithm: input.mac_algorithm.unwrap_or_else(|| "".into()),
        tokens: input.grant_tokens.unwrap_or_default(),
        dry_run: input.dry_run,
    };
    let (loaded, material) = asked.prepare(&kms, &call).await?;
    let KeyMaterial::Hmac(key) = material.as_ref() else {
        return Err(wrong_material());
    };
    key.verify(&input.message.unwrap_or_default(), &input.mac.unwrap_or_default())
        .map_err(|_| ErrorCode::KMSInvalidMacException.with(""))?;
    Ok(api::VerifyMacResponse {
        key_id: Some(loaded.arn.clone()),
        mac_valid: Some(true),
        mac_algorithm: Some(asked.algorithm),
    })
}

/// What both operations ask for.
struct Asked {
    operation: GrantOperation,
    key_id: String,
    algorithm: api::MacAlgorithmSpec,
    tokens: Vec<String>,
    dry_run: Option<bool>,
}

impl Asked {
    /// The key, authorized and found fit, with its material.
    async fn prepare(
        &self,
        kms: &Kms,
        call: &Call,
    ) -> Result<(Authorized<Arc<LoadedKey>>, Arc<KeyMaterial>), Failure> {
        let operation = self.operation.name();
        let wish = Wish::with_grant(operation, self.operation, &self.tokens)
            .condition("kms:macalgorithm", self.algorithm.as_str());
        let loaded = kms
            .key_for(call, &self.key_id, Forms::KeysAndAliases, wish)
            .await?;
        loaded.require_use(KeyUsage::GenerateVerifyMac, operation)?;
        loaded.require_algorithm(self.algorithm.as_str(), &mac_algorithms(loaded.key.spec))?;
        if self.dry_run == Some(true) {
            return Err(error::dry_run().into());
        }
        let (_, material) = kms.current(&loaded).await?;
        Ok((loaded, material))
    }
}

fn wrong_material() -> Failure {
    Failure::internal("an HMAC key holds material of another kind")
}
