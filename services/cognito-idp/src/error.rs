//! Refusals in Cognito's words, as its clients have recorded them.

use haechi_api_cognito_idp::error::ErrorCode;
use haechi_core::Failure;

pub(crate) fn invalid_parameter(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidParameterException.with(message).into()
}

pub(crate) fn limit(message: impl Into<String>) -> Failure {
    ErrorCode::LimitExceededException.with(message).into()
}

pub(crate) fn refused_flow(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidOAuthFlowException.with(message).into()
}

pub(crate) fn no_such_pool(id: &str) -> Failure {
    ErrorCode::ResourceNotFoundException
        .with(format!("User pool {id} does not exist."))
        .into()
}

pub(crate) fn no_such_client(id: &str) -> Failure {
    ErrorCode::ResourceNotFoundException
        .with(format!("User pool client {id} does not exist."))
        .into()
}

pub(crate) fn no_such_domain() -> Failure {
    invalid_parameter("No such domain or user pool exists.")
}
