//! CreateLogStream, DeleteLogStream.

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::{Part, own_scope};
use crate::model::Stream;
use crate::store::{STREAMS, group, stream, stream_log};
use crate::{Logs, error, timers};

pub(crate) async fn create_log_stream(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::CreateLogStreamRequest,
) -> Result<Empty, Failure> {
    let group_name = input.log_group_name.unwrap_or_default();
    let name = input.log_stream_name.unwrap_or_default();
    logs.group_for(&call, &group_name, Part::Stream(&name), &Default::default())
        .await?;
    let new = &Stream {
        id: logs.platform.random.uuid(),
        name,
        created_ms: call.time.as_millis(),
        first_event_ms: None,
        last_event_ms: None,
        last_ingestion_ms: None,
        bytes: 0,
    };
    let (scope, group_name) = (&own_scope(&call), group_name.as_str());
    logs.platform
        .write(&call, |txn| async move {
            let group = group(&txn, scope, group_name).await?;
            let place = (group.id.as_str(), new.name.as_str());
            if txn.get(&STREAMS, scope, place).await?.is_some() {
                return Err(error::stream_exists());
            }
            txn.put(&STREAMS, scope, place, new).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_log_stream(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::DeleteLogStreamRequest,
) -> Result<Empty, Failure> {
    let group_name = input.log_group_name.unwrap_or_default();
    let name = input.log_stream_name.unwrap_or_default();
    logs.group_for(&call, &group_name, Part::Stream(&name), &Default::default())
        .await?;
    let (scope, now) = (&own_scope(&call), call.time);
    let (group_name, name) = (group_name.as_str(), name.as_str());
    logs.platform
        .write(&call, |txn| async move {
            let group = group(&txn, scope, group_name).await?;
            let gone = stream(&txn, scope, &group, name).await?;
            txn.delete(&STREAMS, scope, (group.id.as_str(), name)).await?;
            timers::purge(&txn, scope, stream_log(&group.id, &gone.id), now).await?;
            Ok(Empty::default())
        })
        .await
}
