//! Merging chunks into the exact order of their records.

use std::cmp::Reverse;

use super::{LogCursor, LogPage, LogQuery, LogRecord, chunk::ChunkQuery, decode, term_hash};
use crate::{Backend, Direction, StoreError};

const FIRST_CHUNKS: usize = 16;
const MOST_CHUNKS: usize = 256;

/// Reads one page. Chunks come ordered by one edge and may overlap; a record is certain to be next only when no chunk
/// that is still to come can reach back before it, that is: when it lies before the edge of the newest chunk read.
pub(crate) async fn scan(backend: &dyn Backend, query: &LogQuery<'_>) -> Result<LogPage, StoreError> {
    let mut chunks = chunk_query(query);
    let mut found: Vec<LogRecord> = Vec::new();
    // One more than asked for says whether there is a next page.
    let wanted = query.limit.saturating_add(1);
    loop {
        let batch = backend.chunks(&chunks).await?;
        for chunk in &batch {
            found.extend(decode(chunk)?.into_iter().filter(|record| wants(query, record)));
        }
        sort(&mut found, query.direction);
        // A backend that had to send an append again may have it twice.
        found.dedup_by_key(|record| place(record));
        found.truncate(wanted);
        let frontier = batch.last().map(|chunk| chunk.position(query.direction));
        let (true, Some(frontier)) = (batch.len() == chunks.limit, frontier) else {
            break;
        };
        let certain = match query.direction {
            Direction::Forward => found.partition_point(|record| record.time < frontier.edge),
            Direction::Backward => found.partition_point(|record| record.time > frontier.edge),
        };
        if certain >= wanted {
            break;
        }
        chunks.after = Some(frontier);
        chunks.limit = (chunks.limit * 2).min(MOST_CHUNKS);
    }
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next = found.last().filter(|_| more).map(place);
    Ok(LogPage { records: found, next })
}

fn chunk_query(query: &LogQuery<'_>) -> ChunkQuery {
    let (mut from_ms, mut to_ms) = (query.from_ms, query.to_ms);
    match (query.cursor, query.direction) {
        (Some(cursor), Direction::Forward) => from_ms = from_ms.max(cursor.time),
        (Some(cursor), Direction::Backward) => to_ms = to_ms.min(cursor.time),
        (None, _) => {}
    }
    ChunkQuery {
        stream: query.stream.to_owned(),
        from_ms,
        to_ms,
        term: query.term.map(term_hash),
        direction: query.direction,
        after: None,
        limit: FIRST_CHUNKS,
    }
}

fn wants(query: &LogQuery<'_>, record: &LogRecord) -> bool {
    let in_time = query.from_ms <= record.time && record.time <= query.to_ms;
    let behind_cursor = query.cursor.is_none_or(|cursor| match query.direction {
        Direction::Forward => place(record) > cursor,
        Direction::Backward => place(record) < cursor,
    });
    let has_term = query.term.is_none_or(|term| record.terms.contains(term));
    in_time && behind_cursor && has_term
}

fn place(record: &LogRecord) -> LogCursor {
    LogCursor {
        time: record.time,
        id: record.id,
    }
}

fn sort(records: &mut [LogRecord], direction: Direction) {
    match direction {
        Direction::Forward => records.sort_by_key(place),
        Direction::Backward => records.sort_by_key(|record| Reverse(place(record))),
    }
}
