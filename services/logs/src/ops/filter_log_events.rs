//! FilterLogEvents: the events of a group's streams in the order of time, those that match a pattern.
//!
//! The streams' logs are merged as they are read. A page may be short or empty and still have a token: so much has
//! been looked at without a match. Follows the API reference, "FilterLogEvents", and the user guide, "Filter pattern
//! syntax".

use std::collections::VecDeque;
use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};
use haechi_store::{Direction, LogCursor, LogQuery, LogRecord, Store};

use crate::access::{Part, named_group, own_scope};
use crate::events::{cursor, event_id, read};
use crate::model::Stream;
use crate::pattern::Pattern;
use crate::store::{STREAMS, stream_log};
use crate::{Logs, error};

/// Events of a page, their bytes, and the events that are looked at for one.
const MAX_EVENTS: usize = 10_000;
const MAX_BYTES: usize = 1_048_576;
const MAX_EXAMINED: usize = 100_000;
/// Streams that are looked at.
const MANY: usize = 100_000;
/// Records that are held of all streams together, about.
const HELD: usize = 10_000;

pub(crate) async fn filter_log_events(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::FilterLogEventsRequest,
) -> Result<api::FilterLogEventsResponse, Failure> {
    let name = named_group(&call, input.log_group_name, input.log_group_identifier)?;
    let group = logs
        .group_for(&call, &name, Part::Whole, &Default::default())
        .await?;
    if input.log_stream_names.is_some() && input.log_stream_name_prefix.is_some() {
        return Err(error::invalid(
            "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.",
        ));
    }
    let pattern = Pattern::parse(input.filter_pattern.as_deref().unwrap_or_default())
        .map_err(|reason| error::invalid(format!("Invalid filter pattern: {reason}")))?;
    let after: Option<LogCursor> = match input.next_token {
        None => None,
        Some(token) => Some(token.parse().map_err(|_| error::bad_token())?),
    };
    let rows = logs
        .platform
        .store
        .list_under(&STREAMS, &own_scope(&call), group.id.as_str(), None, MANY)
        .await?;
    let mut streams: Vec<Arc<Stream>> = rows.into_iter().map(|(_, stream)| stream).collect();
    if let Some(names) = &input.log_stream_names {
        if names
            .iter()
            .any(|name| !streams.iter().any(|stream| stream.name == *name))
        {
            return Err(error::no_such_stream());
        }
        streams.retain(|stream| names.contains(&stream.name));
    }
    if let Some(prefix) = &input.log_stream_name_prefix {
        streams.retain(|stream| stream.name.starts_with(prefix));
    }
    let direction = if input.start_from_head == Some(false) {
        Direction::Backward
    } else {
        Direction::Forward
    };
    let range = Range {
        from_ms: input
            .start_time
            .unwrap_or(i64::MIN)
            .max(group.floor_ms(call.time.as_millis())),
        to_ms: input.end_time.unwrap_or(i64::MAX),
        direction,
        page: (HELD / streams.len().max(1)).clamp(20, 2_000),
    };
    let sources = streams
        .iter()
        .map(|stream| Source::new(stream, &group.id, after))
        .collect();
    let limit = input.limit.map_or(MAX_EVENTS, |limit| limit as usize);
    let (events, next) = merge(&logs.platform.store, sources, &range, &pattern, limit).await?;
    Ok(api::FilterLogEventsResponse {
        events: Some(events),
        searched_log_streams: Some(Vec::new()),
        next_token: next.map(|cursor| cursor.to_string()),
    })
}

struct Range {
    from_ms: i64,
    to_ms: i64,
    direction: Direction,
    page: usize,
}

/// The log of one stream, read ahead.
struct Source {
    name: String,
    log: String,
    ahead: VecDeque<LogRecord>,
    cursor: Option<LogCursor>,
    ended: bool,
}

impl Source {
    fn new(stream: &Stream, group: &str, cursor: Option<LogCursor>) -> Self {
        Self {
            name: stream.name.clone(),
            log: stream_log(group, &stream.id),
            ahead: VecDeque::new(),
            cursor,
            ended: false,
        }
    }

    async fn fill(&mut self, store: &Store, range: &Range) -> Result<(), Failure> {
        if self.ended || !self.ahead.is_empty() {
            return Ok(());
        }
        let query = LogQuery {
            stream: &self.log,
            from_ms: range.from_ms,
            to_ms: range.to_ms,
            term: None,
            direction: range.direction,
            cursor: self.cursor,
            limit: range.page,
        };
        let page = store.scan(&query).await?;
        self.ended = page.next.is_none();
        self.cursor = page.next;
        self.ahead = page.records.into();
        Ok(())
    }
}

type Found = (Vec<api::FilteredLogEvent>, Option<LogCursor>);

async fn merge(
    store: &Store,
    mut sources: Vec<Source>,
    range: &Range,
    pattern: &Pattern,
    limit: usize,
) -> Result<Found, Failure> {
    let (mut events, mut bytes, mut examined) = (Vec::new(), 0, 0);
    let mut last = None;
    loop {
        for source in &mut sources {
            source.fill(store, range).await?;
        }
        sources.retain(|source| !source.ahead.is_empty());
        let heads = sources.iter_mut().filter_map(|source| {
            let place = cursor(source.ahead.front()?);
            Some((place, source))
        });
        let next = match range.direction {
            Direction::Forward => heads.min_by_key(|(place, _)| *place),
            Direction::Backward => heads.max_by_key(|(place, _)| *place),
        };
        let Some((place, source)) = next else {
            return Ok((events, None));
        };
        if events.len() >= limit || bytes >= MAX_BYTES || examined >= MAX_EXAMINED {
            return Ok((events, last));
        }
        let Some(record) = source.ahead.pop_front() else {
            continue;
        };
        examined += 1;
        last = Some(place);
        if let Some((arrived, message)) = read(&record)
            && pattern.matches(message)
        {
            bytes += message.len();
            events.push(api::FilteredLogEvent {
                log_stream_name: Some(source.name.clone()),
                timestamp: Some(record.time),
                message: Some(message.to_owned()),
                ingestion_time: Some(arrived),
                event_id: Some(event_id(&record)),
            });
        }
    }
}
