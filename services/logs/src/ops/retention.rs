//! PutRetentionPolicy, DeleteRetentionPolicy.

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::{Part, own_scope};
use crate::model::RETENTION_DAYS;
use crate::store::{GROUPS, group};
use crate::{Logs, error, timers};

pub(crate) async fn put_retention_policy(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::PutRetentionPolicyRequest,
) -> Result<Empty, Failure> {
    let name = input.log_group_name.unwrap_or_default();
    let days = input.retention_in_days.unwrap_or_default();
    logs.group_for(&call, &name, Part::Whole, &Default::default())
        .await?;
    if !RETENTION_DAYS.contains(&days) {
        let known: Vec<String> = RETENTION_DAYS.iter().map(ToString::to_string).collect();
        return Err(error::invalid(format!(
            "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            known.join(", ")
        )));
    }
    set(&logs, &call, &name, Some(days)).await
}

pub(crate) async fn delete_retention_policy(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::DeleteRetentionPolicyRequest,
) -> Result<Empty, Failure> {
    let name = input.log_group_name.unwrap_or_default();
    logs.group_for(&call, &name, Part::Whole, &Default::default())
        .await?;
    set(&logs, &call, &name, None).await
}

async fn set(logs: &Logs, call: &Call, name: &str, days: Option<i32>) -> Result<Empty, Failure> {
    let scope = &own_scope(call);
    logs.platform
        .write(call, |txn| async move {
            let mut group = group(&txn, scope, name).await?;
            group.retention_days = days;
            txn.put(&GROUPS, scope, name, &group).await?;
            timers::follow(&txn, scope, &group, call.time).await?;
            Ok(Empty::default())
        })
        .await
}
