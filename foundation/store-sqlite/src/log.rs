//! The event log's tables.

use std::collections::HashMap;

use haechi_store::{
    Direction,
    log::{Chunk, ChunkQuery},
};
use rusqlite::{Connection, OptionalExtension};

/// How many chunks one transaction removes, so that commits never wait long behind an expiry.
pub(crate) const EXPIRED_AT_ONCE: u64 = 1_000;

const FORWARD: &str = "SELECT seq, first, last, terms, records FROM log
     WHERE stream = ?1 AND first BETWEEN ?2 AND ?3 AND last >= ?4 AND (first, seq) > (?2, ?5)
     ORDER BY first, seq";
const BACKWARD: &str = "SELECT seq, first, last, terms, records FROM log
     WHERE stream = ?1 AND last BETWEEN ?2 AND ?3 AND first <= ?4 AND (last, seq) < (?3, ?5)
     ORDER BY last DESC, seq DESC";

/// The chunks that a query asks for.
pub(crate) fn chunks(connection: &Connection, query: &ChunkQuery) -> rusqlite::Result<Vec<Chunk>> {
    let mut stream = connection.prepare_cached("SELECT id FROM log_stream WHERE name = ?1")?;
    let stream: Option<i64> = stream.query_row([&query.stream], |row| row.get(0)).optional()?;
    let Some(stream) = stream else {
        return Ok(Vec::new());
    };
    let (mut low, mut high) = query.edge_bounds();
    let mut found = Vec::new();
    let mut select;
    let mut rows = match query.direction {
        Direction::Forward => {
            let seq = query.after.map_or(i64::MIN, |after| after.seq);
            low = query.after.map_or(low, |after| after.edge);
            select = connection.prepare_cached(FORWARD)?;
            select.query((stream, low, high, query.from_ms, seq))?
        }
        Direction::Backward => {
            let seq = query.after.map_or(i64::MAX, |after| after.seq);
            high = query.after.map_or(high, |after| after.edge);
            select = connection.prepare_cached(BACKWARD)?;
            select.query((stream, low, high, query.to_ms, seq))?
        }
    };
    while found.len() < query.limit
        && let Some(row) = rows.next()?
    {
        let mut chunk = Chunk {
            stream: query.stream.clone(),
            seq: row.get(0)?,
            first: row.get(1)?,
            last: row.get(2)?,
            terms: row.get::<_, Vec<u8>>(3)?.into(),
            records: Vec::new().into(),
        };
        if query.term.is_none_or(|term| chunk.may_contain(term)) {
            chunk.records = row.get::<_, Vec<u8>>(4)?.into();
            found.push(chunk);
        }
    }
    Ok(found)
}

/// The numbers of the streams, learned as they are met.
#[derive(Default)]
pub(crate) struct Streams(HashMap<String, i64>);

impl Streams {
    /// Writes a chunk within the current transaction.
    pub(crate) fn insert(&mut self, connection: &Connection, chunk: &Chunk) -> rusqlite::Result<()> {
        let stream = self.number(connection, &chunk.stream)?;
        connection
            .prepare_cached(
                "INSERT INTO log (stream, first, last, terms, records) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                stream,
                chunk.first,
                chunk.last,
                &chunk.terms[..],
                &chunk.records[..],
            ))
            .map(drop)
    }

    /// Forgets everything: after a rollback, numbers may have been given in vain.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    fn number(&mut self, connection: &Connection, name: &str) -> rusqlite::Result<i64> {
        if let Some(&number) = self.0.get(name) {
            return Ok(number);
        }
        connection
            .prepare_cached("INSERT INTO log_stream (name) VALUES (?1) ON CONFLICT (name) DO NOTHING")?
            .execute([name])?;
        let number = connection
            .prepare_cached("SELECT id FROM log_stream WHERE name = ?1")?
            .query_row([name], |row| row.get(0))?;
        self.0.insert(name.to_owned(), number);
        Ok(number)
    }
}

/// Removes some of the chunks that are older than a time; says how many.
pub(crate) fn expire(connection: &Connection, stream_prefix: &str, before_ms: i64) -> rusqlite::Result<u64> {
    let removed = connection
        .prepare_cached(
            "DELETE FROM log WHERE seq IN (
                 SELECT seq FROM log JOIN log_stream ON log_stream.id = log.stream
                 WHERE substr(name, 1, length(?1)) = ?1 AND last < ?2 LIMIT ?3)",
        )?
        .execute((stream_prefix, before_ms, EXPIRED_AT_ONCE as i64))?;
    Ok(removed as u64)
}
