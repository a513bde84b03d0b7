//! Everything at one moment as a data file, and a data file as the beginning of a database.
//!
//! The moment is that of one transaction's snapshot: nodes go on committing, and nothing of what they commit meanwhile
//! is in the file.

use std::path::{Path, PathBuf};

use haechi_store::{Key, StoreError, Versioned, log::Chunk};
use haechi_store_sqlite::{DataFile, NewDataFile};
use tokio_postgres::{Client, Error, Row, Transaction};

use crate::{connection::Target, error::unavailable, log, schema};

/// How many rows are read at once. Chunks of the log are the larger ones, up to a few hundred KiB.
const RECORDS: usize = 2_000;
const CHUNKS: usize = 100;

/// Writes everything into a new file.
pub(crate) async fn write(target: &Target, to: &Path) -> Result<(), StoreError> {
    let to: PathBuf = to.to_owned();
    let mut file = blocking(move || NewDataFile::create(&to)).await?;
    let connection = target.connect(None).await?;
    let client = &connection.client;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    client
        .batch_execute(begin)
        .await
        .map_err(|error| unavailable(&error))?;
    let revision = revision(client).await.map_err(|error| unavailable(&error))?;
    let mut after = Vec::new();
    loop {
        let records = records(client, &after)
            .await
            .map_err(|error| unavailable(&error))?;
        let Some((last, _)) = records.last() else { break };
        after = last.as_bytes().to_vec();
        file = blocking(move || file.put(&records).map(|()| file)).await?;
    }
    let mut after = i64::MIN;
    loop {
        let chunks = chunks(client, after).await.map_err(|error| unavailable(&error))?;
        let Some(last) = chunks.last() else { break };
        after = last.seq;
        file = blocking(move || file.append(&chunks).map(|()| file)).await?;
    }
    blocking(move || file.finish(revision)).await
}

async fn revision(client: &Client) -> Result<u64, Error> {
    let row = client
        .query_one("SELECT value FROM meta WHERE name = 'revision'", &[])
        .await?;
    Ok(row.get::<_, i64>(0) as u64)
}

async fn records(client: &Client, after: &[u8]) -> Result<Vec<(Key, Versioned)>, Error> {
    let sql = "SELECT v, rev, k FROM kv WHERE k > $1 ORDER BY k LIMIT $2";
    let rows = client.query(sql, &[&after, &(RECORDS as i64)]).await?;
    let record = |row: &Row| (Key::from_bytes(row.get::<_, Vec<u8>>(2)), crate::versioned(row));
    Ok(rows.iter().map(record).collect())
}

async fn chunks(client: &Client, after: i64) -> Result<Vec<Chunk>, Error> {
    let sql = "SELECT seq, first, last, terms, records, stream FROM log WHERE seq > $1 ORDER BY seq LIMIT $2";
    let rows = client.query(sql, &[&after, &(CHUNKS as i64)]).await?;
    Ok(rows.iter().map(|row| log::chunk(row.get(5), row)).collect())
}

/// Fills an empty database with what a data file holds: all of it or nothing.
pub(crate) async fn load(target: &Target, from: &Path) -> Result<(), StoreError> {
    schema::prepare(target).await?;
    let from: PathBuf = from.to_owned();
    let mut file = blocking(move || DataFile::open(&from)).await?;
    let mut connection = target.connect(None).await?;
    let failed = |error: Error| unavailable(&error);
    let transaction = connection.client.transaction().await.map_err(failed)?;
    let row = transaction
        .query_one(
            "SELECT value = 0 AND NOT EXISTS (SELECT 1 FROM kv) AND NOT EXISTS (SELECT 1 FROM log) FROM meta
             WHERE name = 'revision' FOR UPDATE",
            &[],
        )
        .await
        .map_err(failed)?;
    if !row.get::<_, bool>(0) {
        let message = "the database holds data already: restore into an empty one";
        return Err(StoreError::Open(message.into()));
    }
    let mut after = Vec::new();
    loop {
        let found;
        (file, found) = blocking(move || file.records(&after, RECORDS).map(|found| (file, found))).await?;
        let Some((last, _)) = found.last() else { break };
        after = last.as_bytes().to_vec();
        put(&transaction, &found).await.map_err(failed)?;
    }
    let mut after = i64::MIN;
    loop {
        let found;
        (file, found) = blocking(move || file.chunks(after, CHUNKS).map(|found| (file, found))).await?;
        let Some(last) = found.last() else { break };
        after = last.seq;
        append(&transaction, &found).await.map_err(failed)?;
    }
    let revision = file.revision()? as i64;
    transaction
        .execute("UPDATE meta SET value = $1 WHERE name = 'revision'", &[&revision])
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

async fn put(transaction: &Transaction<'_>, records: &[(Key, Versioned)]) -> Result<(), Error> {
    let keys: Vec<&[u8]> = records.iter().map(|(key, _)| key.as_bytes()).collect();
    let values: Vec<&[u8]> = records.iter().map(|(_, found)| &found.value[..]).collect();
    let revisions: Vec<i64> = records.iter().map(|(_, found)| found.revision as i64).collect();
    let sql = "INSERT INTO kv (k, v, rev) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[])";
    transaction
        .execute(sql, &[&keys, &values, &revisions])
        .await
        .map(drop)
}

async fn append(transaction: &Transaction<'_>, chunks: &[Chunk]) -> Result<(), Error> {
    let streams: Vec<&str> = chunks.iter().map(|chunk| chunk.stream.as_str()).collect();
    let firsts: Vec<i64> = chunks.iter().map(|chunk| chunk.first).collect();
    let lasts: Vec<i64> = chunks.iter().map(|chunk| chunk.last).collect();
    let terms: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk.terms[..]).collect();
    let records: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk.records[..]).collect();
    transaction
        .execute(log::APPEND, &[&streams, &firsts, &lasts, &terms, &records])
        .await
        .map(drop)
}

/// Runs what waits for a file.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Unavailable(format!("a thread broke off: {error}")))?
}
