//! The event log: what only grows.
//!
//! Records belong to a *stream* (`cloudtrail/{account}/{region}`) and are ordered by time, then id. Backends keep
//! them in [`Chunk`]s: all records of one stream that were committed together are one row, so that tens of thousands
//! of appends a second cost a few hundred rows. A chunk carries a summary of its records' index terms, by which a
//! search skips it. `scan` merges chunks, which may overlap in time, into the exact order.

mod chunk;
mod scan;
mod terms;

use std::{fmt, str::FromStr};

use bytes::Bytes;

pub use chunk::{Chunk, ChunkPosition, ChunkQuery, MAX_SPAN_MS, TermHash, decode, pack, term_hash};
pub(crate) use scan::scan;
pub use terms::Terms;

use crate::{Direction, StoreError};

/// One entry of the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// The stream, such as `cloudtrail/000000000000/eu-north-1`.
    pub stream: String,
    /// When it happened, in milliseconds since 1970.
    pub time: i64,
    /// Tells records of the same millisecond apart; unique within the stream.
    pub id: [u8; 16],
    /// What it can be found by, such as `EventName=CreateKey`.
    pub terms: Terms,
    /// The record itself.
    pub body: Bytes,
}

/// What to read from a stream.
#[derive(Clone, Debug)]
pub struct LogQuery<'a> {
    /// The stream.
    pub stream: &'a str,
    /// The earliest time, included.
    pub from_ms: i64,
    /// The latest time, included.
    pub to_ms: i64,
    /// Only records that carry this term.
    pub term: Option<&'a str>,
    /// `Backward` for the newest first.
    pub direction: Direction,
    /// Where the page before ended.
    pub cursor: Option<LogCursor>,
    /// The most records to return.
    pub limit: usize,
}

impl<'a> LogQuery<'a> {
    /// The newest hundred records of a stream; set fields to ask for others.
    pub fn newest(stream: &'a str) -> Self {
        Self {
            stream,
            from_ms: i64::MIN,
            to_ms: i64::MAX,
            term: None,
            direction: Direction::Backward,
            cursor: None,
            limit: 100,
        }
    }
}

/// A page of records in the order that was asked for.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    /// The records.
    pub records: Vec<LogRecord>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<LogCursor>,
}

/// The last record of a page. Good for as long as the log lives; prints and parses as an opaque token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogCursor {
    /// The record's time.
    pub time: i64,
    /// The record's id.
    pub id: [u8; 16],
}

impl fmt::Display for LogCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:032x}", self.time, u128::from_be_bytes(self.id))
    }
}

impl FromStr for LogCursor {
    type Err = StoreError;
    fn from_str(token: &str) -> Result<Self, StoreError> {
        if token.len() != 48 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(StoreError::BadCursor);
        }
        let (time, id) = token.split_at(16);
        let time = u64::from_str_radix(time, 16).map_err(|_| StoreError::BadCursor)?;
        let id = u128::from_str_radix(id, 16).map_err(|_| StoreError::BadCursor)?;
        Ok(Self {
            time: time as i64,
            id: id.to_be_bytes(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_being_a_token() {
        for time in [i64::MIN, -1, 0, 1_700_000_000_000, i64::MAX] {
            let cursor = LogCursor { time, id: [0xab; 16] };
            assert_eq!(cursor.to_string().parse::<LogCursor>().unwrap(), cursor);
        }
    }

    #[test]
    fn a_token_of_someone_else_is_refused() {
        for token in ["", "x", &"g".repeat(48), &"é".repeat(24), &"+".repeat(48)] {
            assert!(
                matches!(token.parse::<LogCursor>(), Err(StoreError::BadCursor)),
                "{token}"
            );
        }
    }
}
