//! DescribeLogGroups, ListLogGroups: the account's groups in the order of their names.
//!
//! Groups of linked accounts are never among them.

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_core::{Call, Failure};

use crate::access::{named_by_arn, own_scope};
use crate::model::{Group, group_arn};
use crate::paging::page;
use crate::store::{GROUPS, STREAMS};
use crate::{Logs, error};

/// The largest page, and the one that is given where none is asked for.
const MAX_LIMIT: usize = 50;
/// Groups and streams that are looked at.
const MANY: usize = 100_000;

pub(crate) async fn describe_log_groups(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::DescribeLogGroupsRequest,
) -> Result<api::DescribeLogGroupsResponse, Failure> {
    logs.permit_listing(&call).await?;
    if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
        return Err(error::invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let class = input
        .log_group_class
        .as_ref()
        .map(|class| class.as_str().to_owned());
    let wanted = match &input.log_group_identifiers {
        Some(identifiers) => Some(named(&call, identifiers)?),
        None => None,
    };
    let mut groups = all(&logs, &call).await?;
    groups.retain(|group| {
        let name = group.name.as_str();
        input
            .log_group_name_prefix
            .as_ref()
            .is_none_or(|prefix| name.starts_with(prefix))
            && input
                .log_group_name_pattern
                .as_ref()
                .is_none_or(|pattern| contains(name, pattern))
            && class.as_ref().is_none_or(|class| *class == group.class)
            && wanted
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|own| own == name))
    });
    let (groups, next_token) = cut(groups, input.next_token.as_deref(), input.limit)?;
    let mut shown = Vec::with_capacity(groups.len());
    for group in groups {
        shown.push(show(&logs, &call, &group).await?);
    }
    Ok(api::DescribeLogGroupsResponse {
        log_groups: Some(shown),
        next_token,
    })
}

pub(crate) async fn list_log_groups(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::ListLogGroupsRequest,
) -> Result<api::ListLogGroupsResponse, Failure> {
    logs.permit_listing(&call).await?;
    if input.data_sources.is_some() || input.field_index_names.is_some() {
        return Err(error::invalid(
            "Data sources and field indexes of log groups are not there.",
        ));
    }
    let class = input
        .log_group_class
        .as_ref()
        .map(|class| class.as_str().to_owned());
    let tags = input.log_group_tags.unwrap_or_default();
    let mut groups = all(&logs, &call).await?;
    groups.retain(|group| {
        let tagged = |filter: &api::TagFilter| {
            let held = filter.key.as_ref().and_then(|key| group.tags.get(key));
            let values = filter.values.as_deref().unwrap_or_default();
            held.is_some_and(|held| values.is_empty() || values.contains(held))
        };
        input
            .log_group_name_pattern
            .as_ref()
            .is_none_or(|pattern| matches(&group.name, pattern))
            && class.as_ref().is_none_or(|class| *class == group.class)
            && tags.iter().all(tagged)
    });
    let (groups, next_token) = cut(groups, input.next_token.as_deref(), input.limit)?;
    let summary = |group: Arc<Group>| api::LogGroupSummary {
        log_group_arn: Some(group_arn(&call.account, &call.region, &group.name)),
        log_group_class: Some(group.class.as_str().into()),
        log_group_name: Some(group.name.clone()),
    };
    Ok(api::ListLogGroupsResponse {
        log_groups: Some(groups.into_iter().map(summary).collect()),
        next_token,
    })
}

async fn all(logs: &Logs, call: &Call) -> Result<Vec<Arc<Group>>, Failure> {
    let rows = logs
        .platform
        .store
        .list(&GROUPS, &own_scope(call), None, MANY)
        .await?;
    Ok(rows.into_iter().map(|(_, group)| group).collect())
}

type Cut = (Vec<Arc<Group>>, Option<String>);

fn cut(groups: Vec<Arc<Group>>, token: Option<&str>, limit: Option<i32>) -> Result<Cut, Failure> {
    let limit = limit.map_or(MAX_LIMIT, |limit| limit as usize);
    page(groups, token, limit, |group| group.name.clone())
}

fn named(call: &Call, identifiers: &[String]) -> Result<Vec<String>, Failure> {
    let name = |identifier: &String| {
        if identifier.starts_with("arn:") {
            named_by_arn(call, identifier)
        } else {
            Ok(identifier.clone())
        }
    };
    identifiers.iter().map(name).collect()
}

/// `logGroupNamePattern` of DescribeLogGroups: a part of the name, in any case.
fn contains(name: &str, pattern: &str) -> bool {
    name.to_lowercase().contains(&pattern.to_lowercase())
}

/// `logGroupNamePattern` of ListLogGroups: alternatives between `|`, `^` in front for the name's beginning.
fn matches(name: &str, pattern: &str) -> bool {
    pattern.split('|').any(|part| match part.strip_prefix('^') {
        Some(start) => name.starts_with(start),
        None => name.contains(part),
    })
}

async fn show(logs: &Logs, call: &Call, group: &Group) -> Result<api::LogGroup, Failure> {
    let scope = own_scope(call);
    let streams = logs
        .platform
        .store
        .list_under(&STREAMS, &scope, group.id.as_str(), None, MANY)
        .await?;
    let bytes: u64 = streams.iter().map(|(_, stream)| stream.bytes).sum();
    let arn = group_arn(&call.account, &call.region, &group.name);
    Ok(api::LogGroup {
        log_group_name: Some(group.name.clone()),
        creation_time: Some(group.created_ms),
        retention_in_days: group.retention_days,
        metric_filter_count: Some(0),
        arn: Some(format!("{arn}:*")),
        stored_bytes: Some(i64::try_from(bytes).unwrap_or(i64::MAX)),
        log_group_class: Some(group.class.as_str().into()),
        log_group_arn: Some(arn),
        deletion_protection_enabled: Some(false),
        ..api::LogGroup::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_beginnings_and_parts() {
        assert!(matches("/aws/lambda/web", "^/aws/"));
        assert!(matches("/aws/lambda/web", "nothing|lambda"));
        assert!(!matches("/app/aws/", "^aws"));
        assert!(contains("/App/Web", "app"));
    }
}
