//! Refusals in API Gateway's words, as its clients have recorded them.

use haechi_api_apigateway::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::ApiError;

pub(crate) fn bad_request(message: impl Into<String>) -> Failure {
    ErrorCode::BadRequestException.with(message).into()
}

pub(crate) fn not_found(message: impl Into<String>) -> Failure {
    ErrorCode::NotFoundException.with(message).into()
}

pub(crate) fn conflict(message: impl Into<String>) -> Failure {
    ErrorCode::ConflictException.with(message).into()
}

/// API Gateway answers a reached quota with `LimitExceededException` 429.
pub(crate) fn limit(message: impl Into<String>) -> Failure {
    ErrorCode::LimitExceededException.with(message).into()
}

/// What is modelled by AWS and not carried here, said rather than ignored.
pub(crate) fn not_carried(message: impl Into<String>) -> Failure {
    ApiError::new("NotImplementedException", 501, message).into()
}

pub(crate) fn no_such_api(call: &Call, id: &str) -> Failure {
    not_found(format!("Invalid API identifier specified {}:{id}", call.account))
}

pub(crate) fn no_such_resource() -> Failure {
    not_found("Invalid Resource identifier specified")
}

pub(crate) fn no_such_method() -> Failure {
    not_found("Invalid Method identifier specified")
}

pub(crate) fn no_such_integration() -> Failure {
    not_found("Invalid Integration identifier specified")
}

pub(crate) fn no_such_response() -> Failure {
    not_found("Invalid Response status code specified")
}

pub(crate) fn no_such_deployment() -> Failure {
    not_found("Invalid Deployment identifier specified")
}

pub(crate) fn no_such_stage() -> Failure {
    not_found("Invalid stage identifier specified")
}

pub(crate) fn no_such_domain() -> Failure {
    not_found("Invalid domain name identifier specified")
}

pub(crate) fn no_such_mapping() -> Failure {
    not_found("Invalid base path mapping identifier specified")
}
