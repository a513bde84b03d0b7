//! GetLogEvents: the events of one stream in the order of time, page by page in both directions.
//!
//! Both tokens are always given; a page that is the last in its direction gives the token that it was asked with, by
//! which clients know. Follows the API reference, "GetLogEvents".

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};
use haechi_store::{Direction, LogCursor, LogQuery, LogRecord};

use crate::access::{Part, named_group, own_scope};
use crate::events::{cursor, read};
use crate::store::{STREAMS, stream_log};
use crate::{Logs, error};

/// Events of a page, and their bytes.
const MAX_EVENTS: usize = 10_000;
const MAX_BYTES: usize = 1_048_576;

pub(crate) async fn get_log_events(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::GetLogEventsRequest,
) -> Result<api::GetLogEventsResponse, Failure> {
    let name = named_group(&call, input.log_group_name, input.log_group_identifier)?;
    let stream = input.log_stream_name.unwrap_or_default();
    let group = logs
        .group_for(&call, &name, Part::Stream(&stream), &Default::default())
        .await?;
    let place = (group.id.as_str(), stream.as_str());
    let found = logs
        .platform
        .store
        .get(&STREAMS, &own_scope(&call), place)
        .await?;
    let stream = found.ok_or_else(error::no_such_stream)?;
    let from = Position::parse(
        input.next_token.as_deref(),
        input.start_from_head.unwrap_or(false),
    )?;
    let query = LogQuery {
        stream: &stream_log(&group.id, &stream.id),
        from_ms: input
            .start_time
            .unwrap_or(i64::MIN)
            .max(group.floor_ms(call.time.as_millis())),
        // The end is not included.
        to_ms: input.end_time.map_or(i64::MAX, |end| end.saturating_sub(1)),
        term: None,
        direction: from.direction,
        cursor: from.cursor,
        limit: input.limit.map_or(MAX_EVENTS, |limit| limit as usize),
    };
    let mut records = logs.platform.store.scan(&query).await?.records;
    let mut bytes = 0;
    let fits = records.iter().take_while(|record| {
        bytes += record.body.len();
        bytes <= MAX_BYTES
    });
    let fits = fits.count().max(1);
    records.truncate(fits);
    if from.direction == Direction::Backward {
        records.reverse();
    }
    let (forward, backward) = from.tokens(&records);
    Ok(api::GetLogEventsResponse {
        events: Some(records.iter().filter_map(show).collect()),
        next_forward_token: Some(forward),
        next_backward_token: Some(backward),
    })
}

fn show(record: &LogRecord) -> Option<api::OutputLogEvent> {
    let (arrived, message) = read(record)?;
    Some(api::OutputLogEvent {
        timestamp: Some(record.time),
        message: Some(message.to_owned()),
        ingestion_time: Some(arrived),
    })
}

/// Where a page begins, and which way it goes.
#[derive(Debug, PartialEq, Eq)]
struct Position {
    direction: Direction,
    cursor: Option<LogCursor>,
}

impl Position {
    fn parse(token: Option<&str>, from_head: bool) -> Result<Self, Failure> {
        let Some(token) = token else {
            let direction = if from_head {
                Direction::Forward
            } else {
                Direction::Backward
            };
            return Ok(Self {
                direction,
                cursor: None,
            });
        };
        let (direction, rest) = match token.split_once('/') {
            Some(("f", rest)) => (Direction::Forward, rest),
            Some(("b", rest)) => (Direction::Backward, rest),
            _ => return Err(error::bad_token()),
        };
        let cursor = rest.strip_suffix("/s").and_then(|cursor| cursor.parse().ok());
        Ok(Self {
            direction,
            cursor: Some(cursor.ok_or_else(error::bad_token)?),
        })
    }

    /// The tokens forward and backward from a page. An empty page stays where it is; without any place yet, forward
    /// from the beginning of time finds what comes.
    fn tokens(&self, page: &[LogRecord]) -> (String, String) {
        let here = self.cursor.unwrap_or(LogCursor { time: 0, id: [0; 16] });
        let first = page.first().map_or(here, cursor);
        let last = page.last().map_or(here, cursor);
        (format!("f/{last}/s"), format!("b/{first}/s"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_page_gives_back_the_token_it_was_asked_with() {
        let token = format!("f/{}/s", LogCursor { time: 7, id: [3; 16] });
        let position = Position::parse(Some(&token), false).unwrap();
        assert_eq!(position.direction, Direction::Forward);
        assert_eq!(position.tokens(&[]).0, token);
    }

    #[test]
    fn a_token_of_someone_else_is_refused() {
        for token in ["", "f", "f/x/s", "c/00/s", &format!("f/{}", "0".repeat(48))] {
            assert!(Position::parse(Some(token), true).is_err(), "{token}");
        }
    }
}
