//! Versions of managed policies: five at most, numbers are never used again.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use super::policies::{self, Named};
use crate::access::{current, required, save};
use crate::model::managed_policy::{ManagedPolicy, PolicyVersion};
use crate::paging::PageRequest;
use crate::{Iam, answer, aws_managed, documents, error};

/// The most versions of one policy.
const MAX_VERSIONS: usize = 5;

/// `v3` is 3.
fn number(version: &str) -> Option<u32> {
    let digits = version.strip_prefix('v')?;
    digits.split('.').next()?.parse().ok()
}

fn missing(arn: &str, version: &str) -> Failure {
    error::no_such_entity(format!(
        "Policy {arn} version {version} does not exist or is not attachable."
    ))
}

/// Of a version of a policy that is not there, AWS says the same as of a version that is not there; to those who
/// may ask.
async fn policy_is_there(iam: &Iam, call: &Call, arn: &str, version: &str) -> Result<(), Failure> {
    policies::check_arn(arn)?;
    let own = !arn.starts_with(aws_managed::PREFIX);
    if own && iam.find::<ManagedPolicy>(&call.account, arn).await?.is_none() {
        iam.authorize(call, arn, Context::new()).await?;
        return Err(missing(arn, version));
    }
    Ok(())
}

pub(crate) async fn create_policy_version(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreatePolicyVersionRequest,
) -> Result<api::CreatePolicyVersionResponse, Failure> {
    let arn = &required(input.policy_arn);
    policies::open_to_change(&iam, &call, arn).await?;
    let document = &required(input.policy_document);
    documents::check_managed(document)?;
    let becomes_default = input.set_as_default.unwrap_or(false);
    let (account, now) = (&call.account, call.time.as_millis());
    iam.platform
        .write(&call, |txn| async move {
            let mut policy = current::<ManagedPolicy>(&txn, account, arn).await?;
            if policy.versions.len() >= MAX_VERSIONS {
                return Err(error::limit_exceeded(
                    "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
                     existing version.",
                ));
            }
            let version = PolicyVersion { number: policy.next_version, document: document.clone(), created_ms: now };
            policy.next_version += 1;
            if becomes_default {
                policy.default_version = version.number;
            }
            policy.updated_ms = now;
            let shown = answer::version(&policy, &version, false);
            policy.versions.push(version);
            save(&txn, account, &policy).await?;
            Ok(api::CreatePolicyVersionResponse { policy_version: Some(shown) })
        })
        .await
}

pub(crate) async fn get_policy_version(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetPolicyVersionRequest,
) -> Result<api::GetPolicyVersionResponse, Failure> {
    let (arn, version) = (required(input.policy_arn), required(input.version_id));
    policy_is_there(&iam, &call, &arn, &version).await?;
    let shown = match policies::open(&iam, &call, &arn).await? {
        Named::Own(policy) => number(&version)
            .and_then(|number| policy.version(number))
            .map(|version| answer::version(&policy, version, true)),
        Named::Aws(policy) => (policy.version == version).then(|| api::PolicyVersion {
            document: Some(documents::encoded(policy.document)),
            version_id: Some(version.clone()),
            is_default_version: Some(true),
            create_date: policy.updated(),
        }),
    };
    let policy_version = Some(shown.ok_or_else(|| missing(&arn, &version))?);
    Ok(api::GetPolicyVersionResponse { policy_version })
}

pub(crate) async fn list_policy_versions(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListPolicyVersionsRequest,
) -> Result<api::ListPolicyVersionsResponse, Failure> {
    let versions = match policies::open(&iam, &call, &required(input.policy_arn)).await? {
        // The newest comes first, as AWS lists them.
        Named::Own(policy) => policy
            .versions
            .iter()
            .rev()
            .map(|version| answer::version(&policy, version, false))
            .collect(),
        Named::Aws(policy) => vec![api::PolicyVersion {
            document: None,
            version_id: Some(policy.version.to_owned()),
            is_default_version: Some(true),
            create_date: policy.updated(),
        }],
    };
    // Markers grow while version numbers fall.
    let order = |version: &api::PolicyVersion| {
        let number = version.version_id.as_deref().and_then(number).unwrap_or_default();
        format!("{:010}", u32::MAX - number)
    };
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(versions, order);
    Ok(api::ListPolicyVersionsResponse {
        is_truncated: Some(page.is_truncated()),
        versions: Some(page.items),
        marker: page.marker,
    })
}

pub(crate) async fn delete_policy_version(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeletePolicyVersionRequest,
) -> Result<Empty, Failure> {
    let (arn, version) = (&required(input.policy_arn), &required(input.version_id));
    policy_is_there(&iam, &call, arn, version).await?;
    policies::open_to_change(&iam, &call, arn).await?;
    let (account, now) = (&call.account, call.time.as_millis());
    iam.platform
        .write(&call, |txn| async move {
            let mut policy = current::<ManagedPolicy>(&txn, account, arn).await?;
            let number = number(version).filter(|number| policy.version(*number).is_some());
            let number = number.ok_or_else(|| missing(arn, version))?;
            if number == policy.default_version {
                return Err(error::delete_conflict(
                    "Cannot delete the default version of a policy.",
                ));
            }
            policy.versions.retain(|version| version.number != number);
            policy.updated_ms = now;
            save(&txn, account, &policy).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn set_default_policy_version(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::SetDefaultPolicyVersionRequest,
) -> Result<Empty, Failure> {
    let (arn, version) = (&required(input.policy_arn), &required(input.version_id));
    policy_is_there(&iam, &call, arn, version).await?;
    policies::open_to_change(&iam, &call, arn).await?;
    let (account, now) = (&call.account, call.time.as_millis());
    iam.platform
        .write(&call, |txn| async move {
            let mut policy = current::<ManagedPolicy>(&txn, account, arn).await?;
            let number = number(version).filter(|number| policy.version(*number).is_some());
            policy.default_version = number.ok_or_else(|| missing(arn, version))?;
            policy.updated_ms = now;
            save(&txn, account, &policy).await?;
            Ok(Empty::default())
        })
        .await
}
