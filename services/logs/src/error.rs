//! CloudWatch Logs' errors in AWS's words, as its clients have recorded them.

use haechi_api_logs::error::ErrorCode;
use haechi_core::Failure;

/// `InvalidParameterException`.
pub(crate) fn invalid(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidParameterException.with(message).into()
}

pub(crate) fn group_exists() -> Failure {
    ErrorCode::ResourceAlreadyExistsException
        .with("The specified log group already exists")
        .into()
}

pub(crate) fn stream_exists() -> Failure {
    ErrorCode::ResourceAlreadyExistsException
        .with("The specified log stream already exists")
        .into()
}

pub(crate) fn no_such_group() -> Failure {
    ErrorCode::ResourceNotFoundException
        .with("The specified log group does not exist.")
        .into()
}

pub(crate) fn no_such_stream() -> Failure {
    ErrorCode::ResourceNotFoundException
        .with("The specified log stream does not exist.")
        .into()
}

pub(crate) fn bad_token() -> Failure {
    invalid("The specified nextToken is invalid.")
}
