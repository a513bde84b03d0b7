//! The event log's table.

use haechi_store::{
    Direction, StoreError,
    log::{Chunk, ChunkQuery},
};
use tokio_postgres::{Client, Error, Row, Statement};

use crate::{error::unavailable, pool::Pool};

/// How many chunks one statement removes.
const EXPIRED_AT_ONCE: u64 = 1_000;

pub(crate) const FORWARD: &str = "SELECT seq, first, last, terms, records FROM log
     WHERE stream = $1 AND first BETWEEN $2 AND $3 AND last >= $4 AND (first, seq) > ($2, $5)
         AND ($6::bytea IS NULL OR position($6::bytea IN terms) > 0)
     ORDER BY first, seq LIMIT $7";
pub(crate) const BACKWARD: &str = "SELECT seq, first, last, terms, records FROM log
     WHERE stream = $1 AND last BETWEEN $2 AND $3 AND first <= $4 AND (last, seq) < ($3, $5)
         AND ($6::bytea IS NULL OR position($6::bytea IN terms) > 0)
     ORDER BY last DESC, seq DESC LIMIT $7";
pub(crate) const APPEND: &str = "INSERT INTO log (stream, first, last, terms, records)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[])";
pub(crate) const EXPIRE: &str = "DELETE FROM log WHERE seq IN (
         SELECT seq FROM log WHERE starts_with(stream, $1::text) AND last < $2 LIMIT $3)";

/// The chunks that a query asks for.
pub(crate) async fn chunks(pool: &Pool, query: &ChunkQuery) -> Result<Vec<Chunk>, StoreError> {
    let (mut low, mut high) = query.edge_bounds();
    let (other_edge, seq) = match query.direction {
        Direction::Forward => {
            low = query.after.map_or(low, |after| after.edge);
            (query.from_ms, query.after.map_or(i64::MIN, |after| after.seq))
        }
        Direction::Backward => {
            high = query.after.map_or(high, |after| after.edge);
            (query.to_ms, query.after.map_or(i64::MAX, |after| after.seq))
        }
    };
    let term = query.term.as_ref().map(|term| &term[..]);
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    let rows = pool
        .long_read(
            |statements| match query.direction {
                Direction::Forward => &statements.chunks_forward,
                Direction::Backward => &statements.chunks_backward,
            },
            &[&query.stream, &low, &high, &other_edge, &seq, &term, &limit],
        )
        .await?;
    Ok(rows.iter().map(|row| chunk(&query.stream, row)).collect())
}

/// A row of `seq, first, last, terms, records`.
pub(crate) fn chunk(stream: &str, row: &Row) -> Chunk {
    Chunk {
        stream: stream.to_owned(),
        seq: row.get(0),
        first: row.get(1),
        last: row.get(2),
        terms: row.get::<_, Vec<u8>>(3).into(),
        records: row.get::<_, Vec<u8>>(4).into(),
    }
}

/// Writes chunks in one statement.
pub(crate) async fn append(client: &Client, statement: &Statement, chunks: &[Chunk]) -> Result<u64, Error> {
    let streams: Vec<&str> = chunks.iter().map(|chunk| chunk.stream.as_str()).collect();
    let first: Vec<i64> = chunks.iter().map(|chunk| chunk.first).collect();
    let last: Vec<i64> = chunks.iter().map(|chunk| chunk.last).collect();
    let terms: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk.terms[..]).collect();
    let records: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk.records[..]).collect();
    client
        .execute(statement, &[&streams, &first, &last, &terms, &records])
        .await
}

/// Removes the chunks that are older than a time; says how many.
pub(crate) async fn expire(pool: &Pool, stream_prefix: &str, before_ms: i64) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let connection = pool.connection().await?;
        let now = connection
            .client()
            .execute(
                &connection.statements.expire,
                &[&stream_prefix, &before_ms, &(EXPIRED_AT_ONCE as i64)],
            )
            .await
            .map_err(|error| unavailable(&error))?;
        removed += now;
        if now < EXPIRED_AT_ONCE {
            return Ok(removed);
        }
    }
}
