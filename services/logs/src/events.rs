//! Events: how they rest in the event log, and how batches are checked.
//!
//! A record's id is the time of its arrival, chance, and its place in the batch, so that events of the same
//! millisecond come out as they came in. Its body is the time of arrival and the message.

use bytes::Bytes;
use haechi_api_logs as api;
use haechi_core::{Failure, Random};
use haechi_store::{LogCursor, LogRecord, Terms};

use crate::error;
use crate::model::Group;

/// What AWS adds to each event when it measures a batch.
const EVENT_OVERHEAD: usize = 26;
const MAX_BATCH_BYTES: usize = 1_048_576;
const DAY_MS: i64 = 86_400_000;
/// Events may lie so far in the future, and so far back.
const FUTURE_MS: i64 = 2 * 3_600_000;
const PAST_MS: i64 = 14 * DAY_MS;

/// An event to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) at_ms: i64,
    pub(crate) message: String,
}

/// The record of an event.
pub(crate) fn record(log: &str, event: &Event, arrived_ms: i64, salt: [u8; 4], nth: usize) -> LogRecord {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&arrived_ms.to_be_bytes());
    id[8..12].copy_from_slice(&(nth as u32).to_be_bytes());
    id[12..].copy_from_slice(&salt);
    let mut body = Vec::with_capacity(8 + event.message.len());
    body.extend_from_slice(&arrived_ms.to_be_bytes());
    body.extend_from_slice(event.message.as_bytes());
    LogRecord {
        stream: log.to_owned(),
        time: event.at_ms,
        id,
        terms: Terms::new(),
        body: Bytes::from(body),
    }
}

/// Four bytes of chance that keep the ids of batches apart.
pub(crate) fn salt(random: &dyn Random) -> [u8; 4] {
    let mut salt = [0; 4];
    random.fill(&mut salt);
    salt
}

/// When an event arrived, and its message.
pub(crate) fn read(record: &LogRecord) -> Option<(i64, &str)> {
    let (arrived, message) = record.body.split_first_chunk::<8>()?;
    Some((i64::from_be_bytes(*arrived), std::str::from_utf8(message).ok()?))
}

/// The place of a record.
pub(crate) fn cursor(record: &LogRecord) -> LogCursor {
    LogCursor {
        time: record.time,
        id: record.id,
    }
}

/// `eventId`: 56 digits, as AWS's are.
pub(crate) fn event_id(record: &LogRecord) -> String {
    format!("{:017}{:039}", record.time.max(0), u128::from_be_bytes(record.id))
}

/// What of a batch can be kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) events: Vec<Event>,
    /// Index of the first event that is too new.
    pub(crate) too_new_from: Option<usize>,
    /// Index after the last event that is too old.
    pub(crate) too_old_until: Option<usize>,
    /// Index after the last event that has expired by the group's retention.
    pub(crate) expired_until: Option<usize>,
}

/// Checks a batch (API reference, `PutLogEvents`): its size, its order, its span; then leaves out what is too new,
/// too old, or expired.
pub(crate) fn check(events: Vec<api::InputLogEvent>, group: &Group, now_ms: i64) -> Result<Batch, Failure> {
    let events: Vec<Event> = events
        .into_iter()
        .map(|event| Event {
            at_ms: event.timestamp.unwrap_or_default(),
            message: event.message.unwrap_or_default(),
        })
        .collect();
    let bytes: usize = events
        .iter()
        .map(|event| event.message.len() + EVENT_OVERHEAD)
        .sum();
    if bytes > MAX_BATCH_BYTES {
        let text = format!("Upload too large: {bytes} bytes exceeds limit of {MAX_BATCH_BYTES}");
        return Err(error::invalid(text));
    }
    if !events.is_sorted_by_key(|event| event.at_ms) {
        return Err(error::invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    if let (Some(first), Some(last)) = (events.first(), events.last())
        && last.at_ms.saturating_sub(first.at_ms) > DAY_MS
    {
        return Err(error::invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    Ok(admissible(events, group, now_ms))
}

fn admissible(mut events: Vec<Event>, group: &Group, now_ms: i64) -> Batch {
    let before = |time: i64| events.partition_point(|event| event.at_ms < time);
    let (oldest, floor) = (now_ms - PAST_MS, group.floor_ms(now_ms));
    let too_old = before(oldest);
    let expired = before(floor);
    let fresh = events.partition_point(|event| event.at_ms <= now_ms + FUTURE_MS);
    let total = events.len();
    events.truncate(fresh);
    events.drain(..too_old.max(expired).min(events.len()));
    let some = |index: usize| (index > 0).then_some(index);
    Batch {
        events,
        too_new_from: (fresh < total).then_some(fresh),
        too_old_until: some(too_old),
        expired_until: some(expired).filter(|_| expired > too_old),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;
    const HOUR: i64 = 3_600_000;

    fn group(retention_days: Option<i32>) -> Group {
        Group {
            id: "g".into(),
            name: "g".into(),
            created_ms: 0,
            retention_days,
            class: "STANDARD".into(),
            tags: Default::default(),
        }
    }

    fn checked(times: &[i64], retention: Option<i32>) -> Result<Batch, String> {
        let event = |at: &i64| api::InputLogEvent {
            timestamp: Some(*at),
            message: Some("m".into()),
        };
        check(times.iter().map(event).collect(), &group(retention), NOW).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_too_new_or_too_old_is_left_out_and_told() {
        let batch = checked(&[NOW, NOW + 2 * HOUR, NOW + 2 * HOUR + 1], None).unwrap();
        assert_eq!((batch.events.len(), batch.too_new_from), (2, Some(2)));
        let edge = NOW - 14 * 24 * HOUR;
        let batch = checked(&[edge - 1, edge, edge + 1], None).unwrap();
        assert_eq!((batch.events.len(), batch.too_old_until), (2, Some(1)));
        let batch = checked(&[NOW - 25 * HOUR, NOW - 23 * HOUR], Some(1)).unwrap();
        assert_eq!(
            (batch.events.len(), batch.expired_until, batch.too_old_until),
            (1, Some(1), None)
        );
    }

    #[test]
    fn order_and_span_are_checked() {
        assert!(
            checked(&[2, 1], None)
                .unwrap_err()
                .contains("chronological order")
        );
        assert!(checked(&[NOW - 24 * HOUR, NOW], None).is_ok());
        assert!(
            checked(&[NOW - 24 * HOUR - 1, NOW], None)
                .unwrap_err()
                .contains("24 hours")
        );
    }

    #[test]
    fn a_batch_beyond_a_mebibyte_is_refused() {
        let event = api::InputLogEvent {
            timestamp: Some(NOW),
            message: Some("x".repeat(MAX_BATCH_BYTES - EVENT_OVERHEAD)),
        };
        assert!(check(vec![event.clone()], &group(None), NOW).is_ok());
        let error = check(vec![event, api::InputLogEvent::default()], &group(None), NOW).unwrap_err();
        assert!(
            error.to_string().contains("Upload too large: 1048602 bytes"),
            "{error}"
        );
    }

    #[test]
    fn a_record_gives_back_what_it_holds() {
        let event = Event {
            at_ms: 5,
            message: "héllo".into(),
        };
        let record = record("logs/g/s", &event, NOW, [1; 4], 7);
        assert_eq!(read(&record), Some((NOW, "héllo")));
        assert_eq!(event_id(&record).len(), 56);
    }
}
