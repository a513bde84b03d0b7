//! CreateLogGroup, DeleteLogGroup.
//!
//! Deleting a group takes its streams with it at once; the room of its events is freed by a timer. Errors:
//! AccessDenied, what is not carried here, the name, then whether the group is there.

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use super::tags::check_tags;
use crate::access::{Part, own_scope};
use crate::model::Group;
use crate::store::{GROUPS, STREAMS, group, group_log};
use crate::{Logs, error, timers};

/// Streams that are removed in one step.
const PAGE: usize = 10_000;

pub(crate) async fn create_log_group(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::CreateLogGroupRequest,
) -> Result<Empty, Failure> {
    let name = input.log_group_name.unwrap_or_default();
    let tags = input.tags.unwrap_or_default();
    logs.find_for(&call, &name, Part::Whole, &tags).await?;
    if name.to_ascii_lowercase().starts_with("aws/") {
        return Err(error::invalid(
            "Log groups starting with AWS/ are reserved for AWS.",
        ));
    }
    if input.kms_key_id.is_some() {
        return Err(error::invalid(
            "Log groups are not encrypted with a KMS key of your own here: leave kmsKeyId out.",
        ));
    }
    if input.deletion_protection_enabled == Some(true) {
        return Err(error::invalid("Deletion protection of log groups is not there."));
    }
    check_tags(&tags)?;
    let class = input
        .log_group_class
        .map_or("STANDARD".into(), |class| class.as_str().to_owned());
    let new = &Group {
        id: logs.platform.random.uuid(),
        name,
        created_ms: call.time.as_millis(),
        retention_days: None,
        class,
        tags,
    };
    let scope = &own_scope(&call);
    logs.platform
        .write(&call, |txn| async move {
            if txn.get(&GROUPS, scope, new.name.as_str()).await?.is_some() {
                return Err(error::group_exists());
            }
            txn.put(&GROUPS, scope, new.name.as_str(), new).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_log_group(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::DeleteLogGroupRequest,
) -> Result<Empty, Failure> {
    let name = input.log_group_name.unwrap_or_default();
    logs.group_for(&call, &name, Part::Whole, &Default::default())
        .await?;
    let (name, scope, now) = (name.as_str(), &own_scope(&call), call.time);
    logs.platform
        .write(&call, |txn| async move {
            let gone = group(&txn, scope, name).await?;
            txn.delete(&GROUPS, scope, name).await?;
            let streams = txn
                .list_under(&STREAMS, scope, gone.id.as_str(), None, PAGE)
                .await?;
            for (_, stream) in streams {
                txn.delete(&STREAMS, scope, (gone.id.as_str(), stream.name.as_str()))
                    .await?;
            }
            timers::forget(&txn, scope, &gone).await?;
            timers::purge(&txn, scope, group_log(&gone.id), now).await?;
            Ok(Empty::default())
        })
        .await
}
