//! TagResource, UntagResource, ListTagsForResource, and their older forms that name the group.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_logs as api;
use haechi_api_logs::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::{Part, named_by_arn, own_scope};
use crate::model::Group;
use crate::store::{GROUPS, group};
use crate::{Logs, error};

/// The most tags of a group.
const MAX_TAGS: usize = 50;

type Tags = BTreeMap<String, String>;

/// What of tags the model's constraints do not catch.
pub(crate) fn check_tags(tags: &Tags) -> Result<(), Failure> {
    if tags
        .keys()
        .any(|key| key.to_ascii_lowercase().starts_with("aws:"))
    {
        return Err(error::invalid("Tag keys that begin with aws: are reserved."));
    }
    if tags.len() > MAX_TAGS {
        return Err(ErrorCode::TooManyTagsException
            .with("The resource has too many tags.")
            .into());
    }
    Ok(())
}

pub(crate) async fn tag_resource(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<Empty, Failure> {
    let name = named_by_arn(&call, &input.resource_arn.unwrap_or_default())?;
    tag(&logs, &call, &name, input.tags.unwrap_or_default()).await
}

pub(crate) async fn tag_log_group(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::TagLogGroupRequest,
) -> Result<Empty, Failure> {
    let name = input.log_group_name.unwrap_or_default();
    tag(&logs, &call, &name, input.tags.unwrap_or_default()).await
}

async fn tag(logs: &Logs, call: &Call, name: &str, tags: Tags) -> Result<Empty, Failure> {
    logs.group_for(call, name, Part::Itself, &tags).await?;
    check_tags(&tags)?;
    change(logs, call, name, |group| group.tags.extend(tags.clone())).await
}

pub(crate) async fn untag_resource(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<Empty, Failure> {
    let name = named_by_arn(&call, &input.resource_arn.unwrap_or_default())?;
    untag(&logs, &call, &name, input.tag_keys.unwrap_or_default()).await
}

pub(crate) async fn untag_log_group(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::UntagLogGroupRequest,
) -> Result<Empty, Failure> {
    let name = input.log_group_name.unwrap_or_default();
    untag(&logs, &call, &name, input.tags.unwrap_or_default()).await
}

async fn untag(logs: &Logs, call: &Call, name: &str, keys: Vec<String>) -> Result<Empty, Failure> {
    logs.group_for(call, name, Part::Itself, &Tags::new()).await?;
    change(logs, call, name, |group| {
        group.tags.retain(|key, _| !keys.contains(key));
    })
    .await
}

async fn change(
    logs: &Logs,
    call: &Call,
    name: &str,
    change: impl Fn(&mut Group) + Send + Sync,
) -> Result<Empty, Failure> {
    let (scope, change) = (&own_scope(call), &change);
    logs.platform
        .write(call, |txn| async move {
            let mut group = group(&txn, scope, name).await?;
            change(&mut group);
            check_tags(&group.tags)?;
            txn.put(&GROUPS, scope, name, &group).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn list_tags_for_resource(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::ListTagsForResourceRequest,
) -> Result<api::ListTagsForResourceResponse, Failure> {
    let name = named_by_arn(&call, &input.resource_arn.unwrap_or_default())?;
    let group = logs.group_for(&call, &name, Part::Itself, &Tags::new()).await?;
    Ok(api::ListTagsForResourceResponse {
        tags: Some(group.tags.clone()),
    })
}

pub(crate) async fn list_tags_log_group(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::ListTagsLogGroupRequest,
) -> Result<api::ListTagsLogGroupResponse, Failure> {
    let name = input.log_group_name.unwrap_or_default();
    let group = logs.group_for(&call, &name, Part::Itself, &Tags::new()).await?;
    Ok(api::ListTagsLogGroupResponse {
        tags: Some(group.tags.clone()),
    })
}
