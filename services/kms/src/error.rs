//! KMS's errors in AWS's words.
//!
//! Source of the words: answers recorded from AWS by public test suites, and the KMS API reference.

use haechi_api_kms::error::ErrorCode;
use haechi_wire::ApiError;

use crate::model::state::{KeyState, OperationClass, Verdict};

/// The key does not exist.
pub(crate) fn key_not_found(arn: &str) -> ApiError {
    ErrorCode::NotFoundException.with(format!("Key '{arn}' does not exist"))
}

/// The alias does not exist.
pub(crate) fn alias_not_found(arn: &str) -> ApiError {
    ErrorCode::NotFoundException.with(format!("Alias {arn} is not found."))
}

/// The text names no key at all.
pub(crate) fn invalid_key_id(text: &str) -> ApiError {
    ErrorCode::NotFoundException.with(format!("Invalid keyId '{text}'"))
}

/// An ARN of another Region than the one that was called.
pub(crate) fn invalid_arn_region(region: &str) -> ApiError {
    ErrorCode::NotFoundException.with(format!("Invalid arn {region}"))
}

/// The key is not in a state for the operation; `None` where it is.
pub(crate) fn state_error(arn: &str, state: KeyState, class: OperationClass) -> Option<ApiError> {
    match state.allows(class) {
        Verdict::Proceed => None,
        Verdict::Disabled => Some(ErrorCode::DisabledException.with(format!("{arn} is disabled."))),
        Verdict::InvalidState => Some(invalid_state(format!("{arn} is {}.", state.words()))),
        Verdict::Unsupported => Some(unsupported(arn)),
    }
}

/// What only the primary of a multi-Region family can do was asked of another key.
pub(crate) fn not_a_primary(arn: &str) -> ApiError {
    ErrorCode::UnsupportedOperationException.with(format!("{arn} is not a multi-region primary key."))
}

/// `KMSInvalidStateException`.
pub(crate) fn invalid_state(message: impl Into<String>) -> ApiError {
    ErrorCode::KMSInvalidStateException.with(message)
}

/// The operation is not for this kind of key.
pub(crate) fn unsupported(arn: &str) -> ApiError {
    ErrorCode::UnsupportedOperationException.with(format!(
        "{arn} origin is EXTERNAL which is not valid for this operation."
    ))
}

/// `ValidationException`: what the model's constraints do not catch.
pub(crate) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", 400, message)
}

/// Every check passed, and the caller asked for no more.
pub(crate) fn dry_run() -> ApiError {
    ErrorCode::DryRunOperationException
        .with("The request would have succeeded, but the DryRun option is set.")
}

/// A ciphertext that does not open. AWS gives no reason, so that nobody can probe.
pub(crate) fn invalid_ciphertext() -> ApiError {
    ErrorCode::InvalidCiphertextException.with("")
}

/// An answer for an enclave alone. Verifying attestation documents takes AWS's Nitro root of trust.
pub(crate) fn no_recipients() -> ApiError {
    ErrorCode::UnsupportedOperationException
        .with("Recipient is not supported: there are no Nitro enclaves or NitroTPM instances here.")
}
