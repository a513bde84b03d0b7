//! ListAvailableManagedRuleGroups, ListAvailableManagedRuleGroupVersions, DescribeManagedRuleGroup: AWS's groups by
//! AWS's names; what they consist of is ours (`haechi-managed`).

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_managed::{GROUPS, ManagedGroup, VENDOR};

use crate::model::web_scope::WebScope;
use crate::{Waf, documents, error, paging};

pub(crate) async fn list_available_managed_rule_groups(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListAvailableManagedRuleGroupsRequest,
) -> Result<api::ListAvailableManagedRuleGroupsResponse, Failure> {
    WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let marker = input.next_marker.as_deref();
    let (page, last) = paging::page(GROUPS, |group| group.name, marker, input.limit);
    // Unlike the lists of an account's things, this one ends with its last page.
    let whole = page.last().map(|group| group.name) == GROUPS.last().map(|group| group.name);
    let summaries = page.into_iter().map(|group| api::ManagedRuleGroupSummary {
        vendor_name: Some(VENDOR.to_owned()),
        name: Some(group.name.to_owned()),
        versioning_supported: Some(!group.versions.is_empty()),
        description: Some(group.description.to_owned()),
    });
    Ok(api::ListAvailableManagedRuleGroupsResponse {
        next_marker: last.filter(|_| !whole),
        managed_rule_groups: Some(summaries.collect()),
    })
}

pub(crate) async fn list_available_managed_rule_group_versions(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListAvailableManagedRuleGroupVersionsRequest,
) -> Result<api::ListAvailableManagedRuleGroupVersionsResponse, Failure> {
    WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let group = find(input.vendor_name, input.name)?;
    let marker = input.next_marker.as_deref();
    let newest_first = group.versions.iter().rev();
    let (page, last) = paging::page(newest_first, |version| version, marker, input.limit);
    let whole = page.last().copied() == group.versions.first();
    let versions = page.into_iter().map(|version| api::ManagedRuleGroupVersion {
        name: Some((*version).to_owned()),
        last_update_timestamp: None,
    });
    Ok(api::ListAvailableManagedRuleGroupVersionsResponse {
        next_marker: last.filter(|_| !whole),
        versions: Some(versions.collect()),
        current_default_version: group.default_version().map(ToOwned::to_owned),
    })
}

pub(crate) async fn describe_managed_rule_group(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DescribeManagedRuleGroupRequest,
) -> Result<api::DescribeManagedRuleGroupResponse, Failure> {
    WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let group = find(input.vendor_name, input.name)?;
    let version = match input.version_name {
        Some(version) if !group.has_version(&version) => return Err(error::nonexistent().into()),
        Some(version) => Some(version),
        None => group.default_version().map(ToOwned::to_owned),
    };
    let labels = group.available_labels().map(|label| api::LabelSummary {
        name: Some(label.to_owned()),
    });
    Ok(api::DescribeManagedRuleGroupResponse {
        version_name: version,
        sns_topic_arn: None,
        capacity: Some(i64::try_from(group.capacity).unwrap_or(i64::MAX)),
        rules: Some(documents::managed_rules(group)?),
        label_namespace: Some(group.label_namespace.to_owned()),
        available_labels: Some(labels.collect()),
        consumed_labels: None,
    })
}

fn find(vendor: Option<String>, name: Option<String>) -> Result<&'static ManagedGroup, Failure> {
    haechi_managed::find(&vendor.unwrap_or_default(), &name.unwrap_or_default())
        .ok_or_else(|| error::nonexistent().into())
}
