//! Why an operation did not succeed.

use std::error::Error;

use haechi_store::StoreError;
use haechi_wire::{ApiError, Protocol, ServiceSchema};

/// What a handler returns instead of an output.
///
/// Only [`Failure::Api`] is shown to the caller; the others become a 500 with a request id, and the log has the rest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The answer that AWS would give.
    #[error("{0}")]
    Api(#[from] ApiError),
    /// The store could not do its work.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// Something of ours is broken.
    #[error("internal fault: {0}")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The error to answer with; what is not the caller's business is left out.
    pub fn into_api(self) -> ApiError {
        match self {
            Self::Api(error) => error,
            Self::Store(_) | Self::Internal(_) => ApiError::internal(),
        }
    }
}

/// AWS's refusal, worded as the service's protocol words it: `AccessDeniedException` for JSON services, with 403 where
/// the protocol is restJson1 and 400 elsewhere; `AccessDenied` 403 for query services.
pub fn access_denied(service: &ServiceSchema, message: impl Into<String>) -> ApiError {
    if service.protocol == Protocol::RestJson {
        ApiError::new("AccessDeniedException", 403, message)
    } else if speaks_json(service) {
        ApiError::new("AccessDeniedException", 400, message)
    } else {
        ApiError::new("AccessDenied", 403, message)
    }
}

/// Whether the service answers in JSON, whose error codes differ from those of the XML services.
pub fn speaks_json(service: &ServiceSchema) -> bool {
    matches!(
        service.protocol,
        Protocol::Json | Protocol::RestJson | Protocol::Cbor
    )
}
