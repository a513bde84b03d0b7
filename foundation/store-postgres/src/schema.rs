//! The tables, and how older databases become current ones.
//!
//! `meta.schema` says which of the steps below a database has been through. A step, once released, never changes.
//! Nodes that start at once wait for each other on that row; while even the table that holds it is being made, the
//! losers of the race are told of a duplicate and try again.

use std::time::Duration;

use haechi_store::StoreError;
use tokio_postgres::{Client, Error, error::SqlState};

use crate::{
    connection::Target,
    error::{in_full, is_retryable, unavailable},
    pool::Pool,
};

const ATTEMPTS: u32 = 20;

const META: &str = "CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value bigint NOT NULL);
     INSERT INTO meta (name, value) VALUES ('schema', 0), ('revision', 0) ON CONFLICT (name) DO NOTHING";

/// The steps from an empty database to the current schema.
const STEPS: &[&str] = &[
    // 1: records, the changes that nodes tell each other, and a log that can be read newest first.
    "CREATE TABLE kv (k bytea PRIMARY KEY, v bytea NOT NULL, rev bigint NOT NULL);
     CREATE TABLE changes (
         rev bigint PRIMARY KEY, node bytea NOT NULL, keys bytea NOT NULL, at timestamptz NOT NULL DEFAULT now());
     CREATE INDEX changes_by_age ON changes (at);
     CREATE TABLE log (
         seq bigserial PRIMARY KEY, stream text NOT NULL, first bigint NOT NULL, last bigint NOT NULL,
         terms bytea NOT NULL, records bytea NOT NULL);
     CREATE INDEX log_newest ON log (stream, last, seq)",
    // 2: the log can be read oldest first without sorting.
    "CREATE INDEX log_oldest ON log (stream, first, seq)",
];

/// Makes or migrates the tables.
pub(crate) async fn prepare(target: &Target) -> Result<(), StoreError> {
    let mut attempt = 0;
    loop {
        let mut connection = target.connect(None).await?;
        match migrate(&mut connection.client).await {
            Ok(current) if current > STEPS.len() => return Err(too_new(current)),
            Ok(_) => return Ok(()),
            Err(error) if attempt < ATTEMPTS && is_race(&error) => attempt += 1,
            Err(error) => {
                return Err(StoreError::Open(format!(
                    "the database can't be prepared: {}",
                    in_full(&error)
                )));
            }
        }
        tokio::time::sleep(Duration::from_millis(20 * u64::from(attempt))).await;
    }
}

fn too_new(current: usize) -> StoreError {
    StoreError::Open(format!(
        "the database has schema {current}, this program knows schemas up to {}; use a newer one",
        STEPS.len()
    ))
}

/// Goes through the missing steps; returns where the database stands.
async fn migrate(client: &mut Client) -> Result<usize, Error> {
    client.batch_execute(META).await?;
    let transaction = client.transaction().await?;
    let row = transaction
        .query_one("SELECT value FROM meta WHERE name = 'schema' FOR UPDATE", &[])
        .await?;
    let current = usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX);
    for (step, sql) in STEPS.iter().enumerate().skip(current) {
        transaction.batch_execute(sql).await?;
        let done = (step + 1) as i64;
        transaction
            .execute("UPDATE meta SET value = $1 WHERE name = 'schema'", &[&done])
            .await?;
    }
    transaction.commit().await?;
    Ok(current.max(STEPS.len()))
}

/// Whether another node was making the same thing at the same moment.
fn is_race(error: &Error) -> bool {
    let duplicate = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
    ];
    is_retryable(error) || error.code().is_some_and(|code| duplicate.contains(code))
}

/// Looks for what can't be in a sound database.
pub(crate) async fn check(pool: &Pool) -> Result<Vec<String>, StoreError> {
    let connection = pool.connection().await?;
    let rows = connection
        .client()
        .query(
            "SELECT 'a record is newer than the newest commit: ' || encode(k, 'hex') FROM kv
             WHERE rev > (SELECT value FROM meta WHERE name = 'revision')
             UNION ALL
             SELECT 'a log chunk ends before it begins: ' || seq FROM log WHERE last < first
             LIMIT 100",
            &[],
        )
        .await
        .map_err(|error| unavailable(&error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
