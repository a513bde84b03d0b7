//! GenerateRandom: 1 to 1,024 random bytes.
//!
//! There is no key, so that IAM alone decides. Order of errors: Validation, AccessDenied, UnsupportedOperation
//! (Recipient), CustomKeyStoreNotFound. Follows the KMS API reference, "GenerateRandom".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Ask, Call, Failure};
use haechi_crypto::random;
use haechi_policy::Context;

use crate::{Kms, error};

pub(crate) async fn generate_random(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GenerateRandomRequest,
) -> Result<api::GenerateRandomResponse, Failure> {
    let Some(length) = input
        .number_of_bytes
        .and_then(|length| usize::try_from(length).ok())
    else {
        return Err(error::validation("NumberOfBytes is required.").into());
    };
    let mut context = Context::new();
    context.set("kms:calleraccount", call.account.as_str());
    let ask = Ask::new("kms:GenerateRandom", "*", &call.account).with_context(context);
    let authorized = kms.platform.gate.authorize(&call, ask, length).await?;
    if input.recipient.is_some() {
        return Err(error::no_recipients().into());
    }
    if let Some(store) = input.custom_key_store_id {
        // Only CloudHSM key stores draw random bytes, and there can be none here.
        let message = format!("Custom key store {store} does not exist or holds no CloudHSM cluster.");
        return Err(ErrorCode::CustomKeyStoreNotFoundException.with(message).into());
    }
    let bytes = random::bytes(*authorized).map_err(Failure::internal)?;
    Ok(api::GenerateRandomResponse {
        plaintext: Some(bytes.expose().into()),
        ciphertext_for_recipient: None,
    })
}
