//! Refusals in AppSync's words, as its clients have recorded them.

use haechi_api_appsync::error::ErrorCode;
use haechi_core::Failure;

pub(crate) fn bad_request(message: impl Into<String>) -> Failure {
    ErrorCode::BadRequestException.with(message).into()
}

pub(crate) fn not_found(message: impl Into<String>) -> Failure {
    ErrorCode::NotFoundException.with(message).into()
}

pub(crate) fn no_such_api(id: &str) -> Failure {
    not_found(format!("GraphQL API {id} not found."))
}

pub(crate) fn no_such_key(id: &str) -> Failure {
    not_found(format!("API key {id} not found."))
}

pub(crate) fn no_such_source(name: &str) -> Failure {
    not_found(format!("Data source {name} not found."))
}
