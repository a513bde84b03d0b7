//! Firehose's errors in AWS's words, as its clients have recorded them.

use haechi_api_firehose::error::ErrorCode;
use haechi_core::{AccountId, Failure};

/// `InvalidArgumentException`.
pub(crate) fn invalid(message: impl Into<String>) -> Failure {
    ErrorCode::InvalidArgumentException.with(message).into()
}

pub(crate) fn no_such_stream(account: &AccountId, name: &str) -> Failure {
    ErrorCode::ResourceNotFoundException
        .with(format!("Firehose {name} under account {account} not found."))
        .into()
}

pub(crate) fn stream_exists(account: &AccountId, name: &str) -> Failure {
    ErrorCode::ResourceInUseException
        .with(format!(
            "Firehose {name} under accountId {account} already exists"
        ))
        .into()
}

pub(crate) fn limit(message: impl Into<String>) -> Failure {
    ErrorCode::LimitExceededException.with(message).into()
}
