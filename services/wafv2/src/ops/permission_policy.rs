//! PutPermissionPolicy, GetPermissionPolicy, DeletePermissionPolicy: share a rule group with other accounts.
//!
//! Only the owner may. Order of errors: ARN, permission, existence, the policy's form.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::ports::PrincipalLookup;
use haechi_core::{Call, Failure};
use haechi_policy::{Policy, PrincipalRef};
use haechi_wire::Shape;

use crate::model::entity::{Content, Entity};
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::{Waf, error, permission_policy, store};

pub(crate) async fn put_permission_policy(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::PutPermissionPolicyRequest,
) -> Result<api::PutPermissionPolicyResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    waf.own(&call, &name).await?;
    let policy = input.policy.unwrap_or_default();
    waf.require_principals(&permission_policy::check(&policy)?)
        .await?;
    waf.set_permissions(&call, &name, Some(&policy)).await
}

pub(crate) async fn get_permission_policy(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetPermissionPolicyRequest,
) -> Result<api::GetPermissionPolicyResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    let group = waf.own(&call, &name).await?;
    match present(&group) {
        Some(policy) => Ok(api::GetPermissionPolicyResponse {
            policy: Some(policy.to_owned()),
        }),
        None => Err(error::nonexistent().into()),
    }
}

pub(crate) async fn delete_permission_policy(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DeletePermissionPolicyRequest,
) -> Result<api::DeletePermissionPolicyResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    let group = waf.own(&call, &name).await?;
    if present(&group).is_none() {
        return Err(error::nonexistent().into());
    }
    waf.set_permissions(&call, &name, None).await
}

fn named(call: &Call, arn: Option<String>) -> Result<FullName, Failure> {
    let arn = arn.unwrap_or_default();
    FullName::parse(&arn)
        .filter(|name| name.kind == Kind::RuleGroup && name.region == call.region)
        .ok_or_else(|| error::bad_arn(&arn).into())
}

fn present(group: &Entity) -> Option<&str> {
    match &group.content {
        Content::RuleGroup { permissions, .. } => permissions.as_deref(),
        _ => None,
    }
}

impl Waf {
    /// Whoever a policy names must exist.
    async fn require_principals(&self, policy: &Policy) -> Result<(), Failure> {
        let identities = self.platform.gate.identities()?;
        for principal in policy.principals() {
            if let PrincipalRef::Account(name) | PrincipalRef::Arn(name) = principal
                && identities.principal_exists(name).await? == PrincipalLookup::Missing
            {
                return Err(
                    error::invalid_permission_policy("It names a principal that does not exist.").into(),
                );
            }
        }
        Ok(())
    }

    async fn set_permissions<O: Shape>(
        &self,
        call: &Call,
        name: &FullName,
        policy: Option<&str>,
    ) -> Result<O, Failure> {
        self.platform
            .write(call, |txn| async move {
                let before = store::present(&txn, name).await?;
                let mut after = before.as_ref().clone();
                if let Content::RuleGroup { permissions, .. } = &mut after.content {
                    *permissions = policy.map(ToOwned::to_owned);
                }
                store::replace(&txn, &before, &after).await?;
                Ok(O::default())
            })
            .await
    }
}
