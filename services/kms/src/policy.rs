//! Key policies: the default one, and what a policy must satisfy before it is put.

use haechi_api_kms::error::ErrorCode;
use haechi_core::gate::requester;
use haechi_core::ports::PrincipalLookup;
use haechi_core::{AccountId, Call, Failure, Region};
use haechi_policy::{
    Attached, Context, Policies, Policy, PolicyKind, PrincipalRef, Request, ResourcePolicy,
    ResourcePolicyMode,
};

use crate::Kms;

/// The largest key policy, in bytes (KMS developer guide, "Resource quotas").
const MAX_POLICY: usize = 32_768;

/// The policy of a key for which none is given: it hands the decision to the account's IAM policies.
pub(crate) fn default_policy(account: &AccountId, region: &Region) -> String {
    let partition = region.partition();
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:{partition}:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    )
}

impl Kms {
    /// Checks a policy that is to be put on a key: its form, that its principals exist, and, unless bypassed, that
    /// the caller could put another one afterwards (the lock-out safety check).
    pub(crate) async fn check_policy(
        &self,
        call: &Call,
        text: &str,
        key_arn: &str,
        bypass_lockout_check: bool,
    ) -> Result<(), Failure> {
        if text.len() > MAX_POLICY {
            let message = format!(
                "Policy size {} exceeds the limit of {MAX_POLICY} bytes",
                text.len()
            );
            return Err(ErrorCode::LimitExceededException.with(message).into());
        }
        let policy =
            Policy::parse(text, PolicyKind::KeyPolicy).map_err(|error| malformed(error.to_string()))?;
        let identities = self.platform.gate.identities()?;
        for principal in policy.principals() {
            if let PrincipalRef::Account(name) | PrincipalRef::Arn(name) = principal {
                if identities.principal_exists(name).await? == PrincipalLookup::Missing {
                    return Err(malformed(
                        "Policy contains a statement with one or more invalid principals.",
                    ));
                }
            }
        }
        if bypass_lockout_check || self.can_put_again(call, &policy, key_arn).await? {
            return Ok(());
        }
        Err(malformed(
            "The new key policy will not allow you to update the key policy in the future.",
        ))
    }

    /// Whether the caller may still call PutKeyPolicy when `policy` is in force.
    async fn can_put_again(&self, call: &Call, policy: &Policy, key_arn: &str) -> Result<bool, Failure> {
        let caller_policies = self.platform.gate.identities()?.policies(&call.caller).await?;
        let who = requester(&call.caller, call.partition());
        let mut context = Context::new();
        who.describe(&mut context);
        context.set("kms:calleraccount", call.account.as_str());
        context.set("kms:bypasspolicylockoutsafetycheck", false);
        let request = Request {
            requester: &who,
            action: "kms:PutKeyPolicy",
            resource: key_arn,
            resource_account: Some(call.account.as_str()),
            context: &context,
        };
        let identity: Vec<Attached<'_>> = caller_policies
            .identity
            .iter()
            .map(|p| Attached {
                policy: &p.policy,
                label: &p.label,
            })
            .collect();
        let bearing = Policies {
            identity: &identity,
            resource: Some(ResourcePolicy {
                attached: Attached {
                    policy,
                    label: "key-policy",
                },
                mode: ResourcePolicyMode::KeyPolicy,
            }),
            ..Policies::default()
        };
        Ok(haechi_policy::decide(&request, &bearing).is_allowed())
    }
}

fn malformed(message: impl Into<String>) -> Failure {
    ErrorCode::MalformedPolicyDocumentException.with(message).into()
}
