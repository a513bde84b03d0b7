//! DescribeLogStreams: the streams of a group, by name or by their last event.

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};

use crate::access::{Part, named_group, own_scope};
use crate::model::{Stream, group_arn};
use crate::store::STREAMS;
use crate::{Logs, error};

/// The largest page, and the one that is given where none is asked for.
const MAX_LIMIT: usize = 50;
/// Streams that are looked at.
const MANY: usize = 100_000;

pub(crate) async fn describe_log_streams(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::DescribeLogStreamsRequest,
) -> Result<api::DescribeLogStreamsResponse, Failure> {
    let name = named_group(&call, input.log_group_name, input.log_group_identifier)?;
    let group = logs
        .group_for(&call, &name, Part::Whole, &Default::default())
        .await?;
    let by_time = input.order_by == Some(api::OrderBy::LastEventTime);
    if by_time && input.log_stream_name_prefix.is_some() {
        return Err(error::invalid(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let rows = logs
        .platform
        .store
        .list_under(&STREAMS, &own_scope(&call), group.id.as_str(), None, MANY)
        .await?;
    let mut streams: Vec<Arc<Stream>> = rows.into_iter().map(|(_, stream)| stream).collect();
    if let Some(prefix) = &input.log_stream_name_prefix {
        streams.retain(|stream| stream.name.starts_with(prefix));
    }
    if by_time {
        streams.sort_by_key(|stream| stream.last_event_ms);
    }
    if input.descending == Some(true) {
        streams.reverse();
    }
    let first: usize = match input.next_token {
        None => 0,
        Some(token) => token.parse().map_err(|_| error::bad_token())?,
    };
    let limit = input.limit.map_or(MAX_LIMIT, |limit| limit as usize);
    let next_token = (streams.len() > first.saturating_add(limit)).then(|| (first + limit).to_string());
    let arn = group_arn(&call.account, &call.region, &name);
    let shown = streams
        .iter()
        .skip(first)
        .take(limit)
        .map(|stream| show(&arn, stream));
    Ok(api::DescribeLogStreamsResponse {
        log_streams: Some(shown.collect()),
        next_token,
    })
}

fn show(group_arn: &str, stream: &Stream) -> api::LogStream {
    api::LogStream {
        arn: Some(format!("{group_arn}:log-stream:{}", stream.name)),
        log_stream_name: Some(stream.name.clone()),
        creation_time: Some(stream.created_ms),
        first_event_timestamp: stream.first_event_ms,
        last_event_timestamp: stream.last_event_ms,
        last_ingestion_time: stream.last_ingestion_ms,
        upload_sequence_token: stream
            .last_ingestion_ms
            .map(super::put_log_events::sequence_token),
        // AWS has set it to zero since 2019; the group's is told.
        stored_bytes: Some(0),
    }
}
