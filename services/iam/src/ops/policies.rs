//! Managed policies: those of the account, and those of AWS.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Arn, Call, Failure, access_denied};
use haechi_policy::{Context, DenyReason};
use haechi_wire::Empty;

use crate::access::{arn, current, insert, path_of, remove, required};
use crate::attachment::{self, Uses};
use crate::aws_managed::{self, AwsPolicy};
use crate::model::managed_policy::{ManagedPolicy, PolicyVersion};
use crate::paging::PageRequest;
use crate::store::{POLICIES, scope};
use crate::{Iam, answer, documents, error, tags, unique_id};

/// A policy that a request names.
pub(crate) enum Named {
    Own(Arc<ManagedPolicy>),
    Aws(AwsPolicy),
}

/// The policy of an ARN, once the caller may do to it what the call does.
pub(crate) async fn open(iam: &Iam, call: &Call, policy_arn: &str) -> Result<Named, Failure> {
    check_arn(policy_arn)?;
    match aws_managed::find(policy_arn) {
        Some(policy) => {
            iam.authorize(call, policy_arn, Context::new()).await?;
            Ok(Named::Aws(policy))
        }
        None => Ok(Named::Own(iam.open::<ManagedPolicy>(call, policy_arn).await?)),
    }
}

/// As [`open`], to be changed: nobody may change what is AWS's.
pub(crate) async fn open_to_change(
    iam: &Iam,
    call: &Call,
    policy_arn: &str,
) -> Result<Arc<ManagedPolicy>, Failure> {
    check_arn(policy_arn)?;
    if policy_arn.starts_with(aws_managed::PREFIX) {
        let message = DenyReason::plain_message(&call.caller_arn(), &call.action(), policy_arn);
        return Err(access_denied(call.service, message).into());
    }
    iam.open::<ManagedPolicy>(call, policy_arn).await
}

/// Refuses what is not the ARN of a managed policy.
pub(crate) fn check_arn(given: &str) -> Result<(), Failure> {
    if is_policy_arn(given) {
        Ok(())
    } else {
        Err(error::validation(format!("ARN {given} is not valid.")))
    }
}

/// The same for a permissions boundary, which is refused by another code.
pub(crate) fn check_boundary(given: &str) -> Result<(), Failure> {
    if is_policy_arn(given) {
        Ok(())
    } else {
        Err(error::invalid_input(format!("ARN {given} is not valid.")))
    }
}

fn is_policy_arn(given: &str) -> bool {
    Arn::parse(given).is_some_and(|arn| arn.service() == "iam" && arn.resource().starts_with("policy/"))
}

/// The path in a policy's ARN.
pub(crate) fn path_in(policy_arn: &str) -> &str {
    let tail = policy_arn
        .split_once(":policy")
        .map_or(policy_arn, |(_, tail)| tail);
    &tail[..=tail.rfind('/').unwrap_or(0)]
}

fn own(policy: &ManagedPolicy, uses: Uses) -> api::Policy {
    api::Policy {
        policy_name: Some(policy.name.clone()),
        policy_id: Some(policy.id.clone()),
        arn: Some(policy.arn.clone()),
        path: Some(policy.path.clone()),
        default_version_id: Some(format!("v{}", policy.default_version)),
        attachment_count: Some(uses.attached),
        permissions_boundary_usage_count: Some(uses.boundary),
        is_attachable: Some(true),
        description: None,
        create_date: answer::date(policy.created_ms),
        update_date: answer::date(policy.updated_ms),
        tags: None,
    }
}

fn of_aws(policy: &AwsPolicy, uses: Uses) -> api::Policy {
    api::Policy {
        policy_name: Some(policy.name().to_owned()),
        policy_id: Some(policy.id()),
        arn: Some(policy.arn()),
        path: Some(policy.path()),
        default_version_id: Some(policy.version.to_owned()),
        attachment_count: Some(uses.attached),
        permissions_boundary_usage_count: Some(uses.boundary),
        is_attachable: Some(true),
        description: None,
        create_date: policy.created(),
        update_date: policy.updated(),
        tags: None,
    }
}

pub(crate) async fn create_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreatePolicyRequest,
) -> Result<api::CreatePolicyResponse, Failure> {
    let (name, path) = (required(input.policy_name), path_of(input.path));
    // The answer repeats them as the request had them.
    let given_tags = &input.tags.clone().filter(|tags| !tags.is_empty());
    let tags = tags::from_request(input.tags, tags::Case::Kept)?;
    let arn = arn(&call.account, "policy", &path, &name);
    iam.authorize_making(&call, &arn, "iam:TagPolicy", &tags, Context::new())
        .await?;
    let document = required(input.policy_document);
    documents::check_managed(&document)?;
    let now = call.time.as_millis();
    let policy = &ManagedPolicy {
        arn,
        name,
        path,
        id: unique_id::fresh(&*iam.platform.random, unique_id::POLICY),
        description: input.description.filter(|text| !text.is_empty()),
        created_ms: now,
        updated_ms: now,
        tags,
        versions: vec![PolicyVersion {
            number: 1,
            document,
            created_ms: now,
        }],
        default_version: 1,
        next_version: 2,
    };
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            if !insert(&txn, account, policy).await? {
                let message = format!(
                    "A policy called {} already exists. Duplicate names are not allowed.",
                    policy.name
                );
                return Err(error::already_exists(message));
            }
            let shown = api::Policy {
                tags: given_tags.clone(),
                ..own(policy, Uses::default())
            };
            Ok(api::CreatePolicyResponse { policy: Some(shown) })
        })
        .await
}

pub(crate) async fn get_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetPolicyRequest,
) -> Result<api::GetPolicyResponse, Failure> {
    let arn = required(input.policy_arn);
    let found = open(&iam, &call, &arn).await?;
    let uses = iam.uses_of(&call.account, &arn).await?;
    let policy = match &found {
        Named::Own(policy) => api::Policy {
            description: policy.description.clone(),
            tags: Some(tags::answer(&policy.tags)),
            ..own(policy, uses)
        },
        Named::Aws(policy) => api::Policy {
            tags: Some(Vec::new()),
            ..of_aws(policy, uses)
        },
    };
    Ok(api::GetPolicyResponse { policy: Some(policy) })
}

pub(crate) async fn list_policies(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListPoliciesRequest,
) -> Result<api::ListPoliciesResponse, Failure> {
    let prefix = path_of(input.path_prefix.clone());
    iam.authorize(&call, &arn(&call.account, "policy", &prefix, ""), Context::new())
        .await?;
    let uses = iam.all_uses(&call.account).await?;
    let uses = |arn: &str| uses.get(arn).copied().unwrap_or_default();
    let mut all = Vec::new();
    if input.scope != Some(api::PolicyScopeType::Aws) {
        let found = iam
            .platform
            .store
            .list(&POLICIES, &scope(&call.account), None, ALL)
            .await?;
        all.extend(found.iter().map(|(_, policy)| own(policy, uses(&policy.arn))));
    }
    if input.scope != Some(api::PolicyScopeType::Local) {
        all.extend(
            aws_managed::all()
                .iter()
                .map(|policy| of_aws(policy, uses(&policy.arn()))),
        );
    }
    all.retain(|policy| is_wanted(policy, &input, &prefix));
    all.sort_by(|a, b| a.arn.cmp(&b.arn));
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .of(all, |policy| policy.arn.clone().unwrap_or_default());
    Ok(api::ListPoliciesResponse {
        is_truncated: Some(page.is_truncated()),
        policies: Some(page.items),
        marker: page.marker,
    })
}

fn is_wanted(policy: &api::Policy, input: &api::ListPoliciesRequest, prefix: &str) -> bool {
    let attached = policy.attachment_count.unwrap_or_default() > 0;
    let bounding = policy.permissions_boundary_usage_count.unwrap_or_default() > 0;
    let in_use = match &input.policy_usage_filter {
        Some(api::PolicyUsageType::PermissionsBoundary) => bounding,
        Some(_) => attached,
        None => attached || !input.only_attached.unwrap_or(false),
    };
    in_use
        && policy
            .path
            .as_deref()
            .is_some_and(|path| path.starts_with(prefix))
}

pub(crate) async fn delete_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeletePolicyRequest,
) -> Result<Empty, Failure> {
    let arn = &required(input.policy_arn);
    open_to_change(&iam, &call, arn).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let policy = current::<ManagedPolicy>(&txn, account, arn).await?;
            if attachment::is_used(&txn, account, arn).await? {
                return Err(error::delete_conflict("Cannot delete a policy attached to entities."));
            }
            if policy.versions.len() > 1 {
                return Err(error::delete_conflict(
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                     versions. The default version is deleted with the policy.",
                ));
            }
            remove(&txn, account, &policy).await?;
            Ok(Empty::default())
        })
        .await
}
