//! PutLogEvents: a batch of events for a stream.
//!
//! The events of a batch are there all or none, and durable when the answer leaves. Sequence tokens are not needed
//! any more, and any is taken. CloudTrail does not record this operation. Follows the API reference, "PutLogEvents".

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};
use haechi_store::{Scope, Txn};

use crate::Logs;
use crate::access::{Part, own_scope};
use crate::events::{Event, check, record, salt};
use crate::model::{Group, Stream};
use crate::store::{STREAMS, group, stream, stream_log};

pub(crate) async fn put_log_events(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::PutLogEventsRequest,
) -> Result<api::PutLogEventsResponse, Failure> {
    call.mark_audited();
    let group_name = input.log_group_name.unwrap_or_default();
    let name = input.log_stream_name.unwrap_or_default();
    let found = logs
        .group_for(&call, &group_name, Part::Stream(&name), &Default::default())
        .await?;
    let now = call.time.as_millis();
    let batch = check(input.log_events.unwrap_or_default(), &found, now)?;
    let (scope, salt) = (&own_scope(&call), salt(logs.platform.random.as_ref()));
    let (group_name, name, events) = (group_name.as_str(), name.as_str(), batch.events.as_slice());
    logs.platform
        .store
        .txn(|txn: Txn| async move {
            let group = group(&txn, scope, group_name).await?;
            let mut stream = stream(&txn, scope, &group, name).await?;
            write(&txn, scope, &group, &mut stream, events, now, salt).await
        })
        .await?;
    let index = |index: Option<usize>| index.map(|index| index as i32);
    let rejected = api::RejectedLogEventsInfo {
        too_new_log_event_start_index: index(batch.too_new_from),
        too_old_log_event_end_index: index(batch.too_old_until),
        expired_log_event_end_index: index(batch.expired_until),
    };
    Ok(api::PutLogEventsResponse {
        next_sequence_token: Some(sequence_token(now)),
        rejected_log_events_info: (rejected != api::RejectedLogEventsInfo::default()).then_some(rejected),
        rejected_entity_info: None,
    })
}

/// Writes events, which are in the order of time, and what the stream says of them.
pub(crate) async fn write(
    txn: &Txn,
    scope: &Scope,
    group: &Group,
    stream: &mut Stream,
    events: &[Event],
    now_ms: i64,
    salt: [u8; 4],
) -> Result<(), Failure> {
    let log = stream_log(&group.id, &stream.id);
    for (nth, event) in events.iter().enumerate() {
        txn.log(record(&log, event, now_ms, salt, nth)).await;
        stream.bytes += event.message.len() as u64 + 26;
    }
    if let (Some(first), Some(last)) = (events.first(), events.last()) {
        let earliest = stream
            .first_event_ms
            .map_or(first.at_ms, |known| known.min(first.at_ms));
        let latest = stream
            .last_event_ms
            .map_or(last.at_ms, |known| known.max(last.at_ms));
        stream.first_event_ms = Some(earliest);
        stream.last_event_ms = Some(latest);
        stream.last_ingestion_ms = Some(now_ms);
    }
    txn.put(&STREAMS, scope, (group.id.as_str(), stream.name.as_str()), stream)
        .await?;
    Ok(())
}

/// A token that nobody needs: 56 digits, as AWS's are.
pub(crate) fn sequence_token(ingested_ms: i64) -> String {
    format!("{ingested_ms:056}")
}
