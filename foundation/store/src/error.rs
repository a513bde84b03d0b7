//! What can go wrong in the store.

use crate::Key;

/// Why the store could not do what was asked. Nothing was written, except after [`StoreError::OutcomeUnknown`].
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Other writers were quicker every time; the caller may try again later.
    #[error("gave up after {attempts} attempts: others keep changing the same records")]
    Contended {
        /// How often the transaction ran.
        attempts: u32,
    },
    /// The database did not answer; what was asked has not happened.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The database broke off while committing and could not be asked again; the change may or may not be there.
    #[error("the store broke off while committing, the outcome is unknown: {0}")]
    OutcomeUnknown(String),
    /// A value is already taken in a unique index.
    #[error("{value} is already taken in {index}")]
    Taken {
        /// The index.
        index: &'static str,
        /// The value that was asked for.
        value: String,
    },
    /// A stored record can't be read.
    #[error("the record {key} can't be read: {reason}")]
    Corrupt {
        /// Where it is.
        key: Key,
        /// What is wrong with it.
        reason: String,
    },
    /// A record was written by a newer Haechi than this one.
    #[error(
        "the record {key} has version {found}, this program knows versions up to {newest}; use a newer one"
    )]
    TooNew {
        /// Where it is.
        key: Key,
        /// The record's version.
        found: u8,
        /// The newest version that this program knows.
        newest: u8,
    },
    /// A value can't be written as JSON.
    #[error("the record {key} can't be written: {reason}")]
    Encode {
        /// Where it was to be put.
        key: Key,
        /// What is wrong with it.
        reason: String,
    },
    /// `list_locked` needs a table that counts its insertions, see [`crate::Table::guarded`].
    #[error(
        "the table {service}/{table} is not guarded against concurrent inserts; declare it with .guarded()"
    )]
    Unguarded {
        /// The table's service.
        service: &'static str,
        /// The table's name.
        table: &'static str,
    },
    /// The data can't be opened: in use, of another schema, or damaged.
    #[error("{0}")]
    Open(String),
    /// A paging token that this store did not make.
    #[error("this paging token is not valid")]
    BadCursor,
}
