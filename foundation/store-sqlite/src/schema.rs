//! The tables, and how older data files become current ones.
//!
//! `meta.schema` says which of the steps below a file has been through. A step, once released, never changes; a new
//! need is a new step. Each step runs in one transaction together with raising the number.

use std::{path::Path, time::Duration};

use haechi_store::StoreError;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::error;

/// The steps from an empty file to the current schema.
const STEPS: &[&str] = &[
    // 1: records, and a log that can be read newest first.
    "CREATE TABLE kv (k BLOB PRIMARY KEY, v BLOB NOT NULL, rev INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE log_stream (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
     CREATE TABLE log (
         seq INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES log_stream (id),
         first INTEGER NOT NULL, last INTEGER NOT NULL, terms BLOB NOT NULL, records BLOB NOT NULL);
     CREATE INDEX log_newest ON log (stream, last, first);",
    // 2: the log can be read oldest first without sorting.
    "CREATE INDEX log_oldest ON log (stream, first, last);",
];

/// Opens the file for writing, makes or migrates its tables.
pub(crate) fn open(file: &Path) -> Result<Connection, StoreError> {
    let mut connection = connect(file)?;
    migrate(&mut connection, &file.display().to_string())?;
    // Nobody else writes from here on; and moving the write-ahead log must not wait for a long reader.
    connection
        .busy_timeout(Duration::ZERO)
        .map_err(|cause| error::open("the data file can't be opened", cause))?;
    Ok(connection)
}

/// Opens the file for writing as it is.
pub(crate) fn connect(file: &Path) -> Result<Connection, StoreError> {
    let prepare = || {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // That is done beside the writer.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.pragma_update(None, "cache_size", -16_000)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    };
    prepare().map_err(|cause: rusqlite::Error| {
        error::open(
            &format!("the data file {} can't be opened", file.display()),
            cause,
        )
    })
}

/// Makes or migrates the tables; `shown` names the file in errors.
pub(crate) fn migrate(connection: &mut Connection, shown: &str) -> Result<(), StoreError> {
    let failed =
        |cause: rusqlite::Error| error::open(&format!("the data file {shown} can't be migrated"), cause);
    connection
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        )
        .map_err(failed)?;
    let current = number(connection, "schema").map_err(failed)?.unwrap_or(0);
    let current = usize::try_from(current).unwrap_or(usize::MAX);
    let Some(missing) = STEPS.get(current..) else {
        return Err(StoreError::Open(format!(
            "the data file {shown} has schema {current}, this program knows schemas up to {}; use a newer one",
            STEPS.len()
        )));
    };
    for (step, sql) in missing.iter().enumerate() {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        transaction.execute_batch(sql).map_err(failed)?;
        set_number(&transaction, "schema", (current + step + 1) as i64).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

/// A number that the file keeps about itself.
pub(crate) fn number(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
        .optional()
}

/// Sets such a number.
pub(crate) fn set_number(connection: &Connection, name: &str, value: i64) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)",
            (name, value),
        )
        .map(drop)
}
