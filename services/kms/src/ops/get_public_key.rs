//! GetPublicKey: the public half of an asymmetric key as DER SubjectPublicKeyInfo, with what it can be used for.
//!
//! Order of errors: NotFound, AccessDenied, UnsupportedOperation (a key without a public half), Disabled/InvalidState.
//! Follows the KMS API reference, "GetPublicKey".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_crypto::{KeyMaterial, KeySpec};

use crate::Kms;
use crate::authz::Wish;
use crate::metadata::{encapsulation_algorithms, listed};
use crate::model::grant::GrantOperation;
use crate::model::state::OperationClass;
use crate::model::usage::{encryption_algorithms, key_agreement_algorithms, signing_algorithms};
use crate::resolve::Forms;

pub(crate) async fn get_public_key(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GetPublicKeyRequest,
) -> Result<api::GetPublicKeyResponse, Failure> {
    let tokens = input.grant_tokens.unwrap_or_default();
    let wish = Wish::with_grant("GetPublicKey", GrantOperation::GetPublicKey, &tokens);
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.key_for(&call, &key_id, Forms::KeysAndAliases, wish).await?;
    let (spec, usage) = (loaded.key.spec, loaded.key.usage);
    if !matches!(spec, KeySpec::Pair(_)) {
        let message = format!(
            "{} key spec is {spec} which is not valid for this operation.",
            loaded.arn
        );
        return Err(ErrorCode::UnsupportedOperationException.with(message).into());
    }
    loaded.require_state(OperationClass::Use)?;
    let (_, material) = kms.current(&loaded).await?;
    let KeyMaterial::Pair(pair) = material.as_ref() else {
        return Err(Failure::internal(
            "an asymmetric key holds material of another kind",
        ));
    };
    Ok(api::GetPublicKeyResponse {
        key_id: Some(loaded.arn.clone()),
        public_key: Some(pair.public_key_der().into()),
        customer_master_key_spec: Some(spec.name().into()),
        key_spec: Some(spec.name().into()),
        key_usage: Some(usage.name().into()),
        encryption_algorithms: listed(encryption_algorithms(spec, usage)),
        signing_algorithms: listed(signing_algorithms(spec, usage)),
        key_agreement_algorithms: listed(key_agreement_algorithms(usage)),
        encapsulation_algorithms: listed(encapsulation_algorithms(spec)),
    })
}
