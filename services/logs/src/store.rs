//! What CloudWatch Logs keeps, and under which keys.

use haechi_core::Failure;
use haechi_store::{Scope, Table, Txn};

use crate::error;
use crate::model::{Group, ResourcePolicy, Stream};

/// Groups, by name.
pub(crate) const GROUPS: Table<Group> = Table::new("logs", "groups", 1);

/// Streams: `(group id, stream name)`.
pub(crate) const STREAMS: Table<Stream> = Table::new("logs", "streams", 1);

/// Resource policies, by name.
pub(crate) const POLICIES: Table<ResourcePolicy> = Table::new("logs", "resource-policies", 1).guarded();

/// The event log of a stream; all of a group's have [`group_log`] in front.
pub(crate) fn stream_log(group: &str, stream: &str) -> String {
    format!("logs/{group}/{stream}")
}

/// What the names of a group's event logs begin with.
pub(crate) fn group_log(group: &str) -> String {
    format!("logs/{group}/")
}

/// The group as the transaction sees it.
pub(crate) async fn group(txn: &Txn, scope: &Scope, name: &str) -> Result<Group, Failure> {
    let found = txn.get(&GROUPS, scope, name).await?;
    Ok(found.ok_or_else(error::no_such_group)?.as_ref().clone())
}

/// The stream as the transaction sees it.
pub(crate) async fn stream(txn: &Txn, scope: &Scope, group: &Group, name: &str) -> Result<Stream, Failure> {
    let found = txn.get(&STREAMS, scope, (group.id.as_str(), name)).await?;
    Ok(found.ok_or_else(error::no_such_stream)?.as_ref().clone())
}
