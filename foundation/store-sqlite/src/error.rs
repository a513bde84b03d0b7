//! SQLite's errors as the store's.

use haechi_store::StoreError;

/// An error of a statement that has changed nothing.
pub(crate) fn unavailable(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// An error while opening a data directory.
pub(crate) fn open(what: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Open(format!("{what}: {error}"))
}
