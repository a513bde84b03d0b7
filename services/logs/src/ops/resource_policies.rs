//! PutResourcePolicy, DescribeResourcePolicies, DeleteResourcePolicy: what other services may do with the logs of an
//! account.
//!
//! Services of this deployment deliver to the groups of their own account without one, as AWS's vended logs do, which
//! write the policy themselves.

use std::sync::Arc;

use haechi_api_logs as api;
use haechi_api_logs::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::own_scope;
use crate::model::ResourcePolicy;
use crate::paging::page;
use crate::store::POLICIES;
use crate::{Logs, error};

/// The most policies of an account in a Region.
const MAX_POLICIES: usize = 10;

pub(crate) async fn put_resource_policy(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::PutResourcePolicyRequest,
) -> Result<api::PutResourcePolicyResponse, Failure> {
    logs.permit(&call).await?;
    let document = input.policy_document.unwrap_or_default();
    if !serde_json::from_str::<serde_json::Value>(&document).is_ok_and(|json| json.is_object()) {
        return Err(error::invalid(
            "Invalid policy document: it is not a JSON object.",
        ));
    }
    // A policy on one resource has no name of its own.
    let name = match (input.policy_name, &input.resource_arn) {
        (Some(name), _) => name,
        (None, Some(arn)) => arn.clone(),
        (None, None) => return Err(error::invalid("A policyName or a resourceArn must be given.")),
    };
    let policy = &ResourcePolicy {
        name,
        document,
        updated_ms: call.time.as_millis(),
        resource: input.resource_arn,
        revision: logs.platform.random.uuid(),
    };
    let (scope, expected) = (&own_scope(&call), input.expected_revision_id.as_deref());
    logs.platform
        .write(&call, |txn| async move {
            let all = txn.list_locked(&POLICIES, scope).await?;
            let before = all.iter().find(|(_, own)| own.name == policy.name);
            check_revision(before.map(|(_, own)| own.as_ref()), expected)?;
            if before.is_none() && all.len() >= MAX_POLICIES {
                return Err(ErrorCode::LimitExceededException
                    .with("Resource limit exceeded.")
                    .into());
            }
            txn.put(&POLICIES, scope, policy.name.as_str(), policy).await?;
            Ok(api::PutResourcePolicyResponse {
                resource_policy: Some(show(policy)),
                revision_id: Some(policy.revision.clone()),
            })
        })
        .await
}

fn check_revision(before: Option<&ResourcePolicy>, expected: Option<&str>) -> Result<(), Failure> {
    match (before, expected) {
        (Some(before), Some(expected)) if before.revision != expected => {
            let text = "The revision of the policy is another than the expected one.";
            Err(ErrorCode::OperationAbortedException.with(text).into())
        }
        _ => Ok(()),
    }
}

pub(crate) async fn describe_resource_policies(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::DescribeResourcePoliciesRequest,
) -> Result<api::DescribeResourcePoliciesResponse, Failure> {
    logs.permit(&call).await?;
    let rows = logs
        .platform
        .store
        .list(&POLICIES, &own_scope(&call), None, MAX_POLICIES)
        .await?;
    let of_resources = input.policy_scope == Some(api::PolicyScope::Resource);
    let wanted = |policy: &ResourcePolicy| match &input.resource_arn {
        Some(arn) => policy.resource.as_ref() == Some(arn),
        None => policy.resource.is_some() == of_resources,
    };
    let all: Vec<_> = rows
        .into_iter()
        .map(|(_, policy)| policy)
        .filter(|policy| wanted(policy))
        .collect();
    let limit = input.limit.map_or(50, |limit| limit as usize);
    let (policies, next_token) = page(all, input.next_token.as_deref(), limit, |policy| {
        policy.name.clone()
    })?;
    Ok(api::DescribeResourcePoliciesResponse {
        resource_policies: Some(policies.iter().map(|policy| show(policy)).collect()),
        next_token,
    })
}

pub(crate) async fn delete_resource_policy(
    logs: Arc<Logs>,
    call: Arc<Call>,
    input: api::DeleteResourcePolicyRequest,
) -> Result<Empty, Failure> {
    logs.permit(&call).await?;
    let name = &input.policy_name.or(input.resource_arn).unwrap_or_default();
    let (scope, expected) = (&own_scope(&call), input.expected_revision_id.as_deref());
    logs.platform
        .write(&call, |txn| async move {
            let Some(before) = txn.get(&POLICIES, scope, name.as_str()).await? else {
                let text = format!("Policy with name [{name}] does not exist.");
                return Err(ErrorCode::ResourceNotFoundException.with(text).into());
            };
            check_revision(Some(&before), expected)?;
            txn.delete(&POLICIES, scope, name.as_str()).await?;
            Ok(Empty::default())
        })
        .await
}

fn show(policy: &ResourcePolicy) -> api::ResourcePolicy {
    let scope = if policy.resource.is_some() {
        api::PolicyScope::Resource
    } else {
        api::PolicyScope::Account
    };
    api::ResourcePolicy {
        policy_name: policy.resource.is_none().then(|| policy.name.clone()),
        policy_document: Some(policy.document.clone()),
        last_updated_time: Some(policy.updated_ms),
        policy_scope: Some(scope),
        resource_arn: policy.resource.clone(),
        revision_id: Some(policy.revision.clone()),
    }
}
