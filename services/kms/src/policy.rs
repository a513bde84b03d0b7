//! Key policies: the default one, and what a policy must satisfy before it is put.

use std::collections::BTreeMap;

use haechi_api_kms::error::ErrorCode;
use haechi_core::gate::requester;
use haechi_core::ports::PrincipalLookup;
use haechi_core::{AccountId, Call, Failure, Region};
use haechi_policy::{
    Attached, Context, Policies, Policy, PolicyKind, PrincipalRef, Request, Requester, ResourcePolicy,
    ResourcePolicyMode,
};

use crate::Kms;
use crate::model::key::Key;

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
    /// the caller could put another one afterwards (the lock-out safety check). Returns the unique ids of the users
    /// and roles that it names.
    pub(crate) async fn check_policy(
        &self,
        call: &Call,
        text: &str,
        key_arn: &str,
        bypass_lockout_check: bool,
    ) -> Result<BTreeMap<String, String>, Failure> {
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
        let mut named = BTreeMap::new();
        for principal in policy.principals() {
            let (PrincipalRef::Account(name) | PrincipalRef::Arn(name)) = principal else {
                continue;
            };
            match identities.principal_exists(name).await? {
                PrincipalLookup::Missing => {
                    return Err(malformed(
                        "Policy contains a statement with one or more invalid principals.",
                    ));
                }
                PrincipalLookup::Exists(Some(id)) => {
                    named.insert(name.to_owned(), id);
                }
                PrincipalLookup::Exists(None) => {}
            }
        }
        if bypass_lockout_check || self.can_put_again(call, &policy, key_arn).await? {
            return Ok(named);
        }
        Err(malformed(
            "The new key policy will not allow you to update the key policy in the future.",
        ))
    }

    /// A key's policy as it is meant now: users and roles that are gone stand there with their unique ids.
    pub(crate) async fn current_policy_text(&self, key: &Key) -> Result<String, Failure> {
        let identities = self.platform.gate.identities()?;
        let mut text = key.policy.clone();
        for (arn, id) in &key.principals {
            if identities.principal_exists(arn).await? != PrincipalLookup::Exists(Some(id.clone())) {
                text = renamed(&text, arn, id).unwrap_or(text);
            }
        }
        Ok(text)
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

/// The policy for a caller who bears the name, and not the id, of a principal that it meant.
pub(crate) fn meant_for_another(key: &Key, who: &Requester) -> Option<Policy> {
    let (arn, bearer) = match (&who.issuer_arn, &who.issuer_id) {
        (Some(arn), Some(id)) => (arn.as_str(), id.as_str()),
        _ => (who.arn.as_str(), who.user_id.as_str()),
    };
    let meant = key.principals.get(arn).filter(|id| *id != bearer)?;
    Policy::parse(&renamed(&key.policy, arn, meant)?, PolicyKind::KeyPolicy).ok()
}

fn renamed(text: &str, arn: &str, id: &str) -> Option<String> {
    Policy::parse(text, PolicyKind::KeyPolicy)
        .ok()?
        .with_principal_renamed(arn, id)
}

fn malformed(message: impl Into<String>) -> Failure {
    ErrorCode::MalformedPolicyDocumentException.with(message).into()
}
