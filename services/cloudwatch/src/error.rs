//! CloudWatch's errors in AWS's words, as its clients have recorded them.

use haechi_api_cloudwatch::error::ErrorCode;
use haechi_core::Failure;

/// `InvalidParameterValue`.
pub(crate) fn invalid(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidParameterValueException.with(message).into()
}

/// `InvalidParameterCombination`.
pub(crate) fn combination(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidParameterCombinationException
        .with(message)
        .into()
}

/// `MissingParameter`.
pub(crate) fn missing(parameter: &str) -> Failure {
    ErrorCode::MissingRequiredParameterException
        .with(format!("The parameter {parameter} is required."))
        .into()
}

/// A token that nobody gave.
pub(crate) fn bad_token() -> Failure {
    ErrorCode::InvalidNextToken
        .with("The next token specified is invalid.")
        .into()
}
