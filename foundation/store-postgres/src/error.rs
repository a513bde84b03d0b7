//! The database's errors as the store's.

use haechi_store::StoreError;
use tokio_postgres::{Error, error::SqlState};

/// An error of a statement that has changed nothing.
pub(crate) fn unavailable(error: &Error) -> StoreError {
    StoreError::Unavailable(in_full(error))
}

/// The client's message and the server's.
pub(crate) fn in_full(error: &Error) -> String {
    match error.as_db_error() {
        Some(server) => format!(
            "{}: {} ({})",
            server.severity(),
            server.message(),
            server.code().code()
        ),
        None => std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(": "),
    }
}

/// Whether the server rolled the transaction back because of others and it may be tried again.
pub(crate) fn is_retryable(error: &Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED)
    )
}

/// Whether the server answered, if only by a refusal; else the connection broke and the outcome is open.
pub(crate) fn is_answer(error: &Error) -> bool {
    // A server that is shut down says so (class 57P) and ends the connection, which may have been in a commit.
    error.code().is_some_and(|code| !code.code().starts_with("57P"))
}
