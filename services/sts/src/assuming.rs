//! What all ways into a role share: its trust policy's consent, and how long the session may be.

use haechi_core::ports::RoleFacts;
use haechi_core::{Ask, Call, Failure};
use haechi_policy::{Attached, Context, Policy, PolicyKind, ResourcePolicy, ResourcePolicyMode};

use crate::Sts;
use crate::session_input::{describe_tags, validation};

/// How long a session lives if nobody says, and a chained one at most.
pub(crate) const HOUR: i64 = 3_600;

/// What the trust policy can look at.
#[derive(Default)]
pub(crate) struct Wish<'a> {
    pub(crate) session_name: &'a str,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) source_identity: Option<&'a str>,
    pub(crate) tags: &'a [(String, String)],
    pub(crate) transitive: &'a [String],
    /// The request proved a second factor.
    pub(crate) mfa: bool,
    /// Condition keys of an identity provider.
    pub(crate) claims: &'a [(String, Vec<String>)],
}

impl Wish<'_> {
    fn context(&self, role: &RoleFacts) -> Context {
        let mut context = Context::new();
        context.set("sts:rolesessionname", self.session_name);
        if let Some(id) = self.external_id {
            context.set("sts:externalid", id);
        }
        if let Some(identity) = self.source_identity {
            context.set("sts:sourceidentity", identity);
        }
        if self.mfa {
            context.set("aws:multifactorauthpresent", true);
            context.set("aws:multifactorauthage", 0_i64);
        }
        describe_tags(self.tags, &mut context);
        if !self.transitive.is_empty() {
            context.set("sts:transitivetagkeys", self.transitive.to_vec());
        }
        for (key, value) in &role.tags {
            context.set(format!("aws:resourcetag/{key}"), value.as_str());
            context.set(format!("iam:resourcetag/{key}"), value.as_str());
        }
        for (key, values) in self.claims {
            context.set(key.clone(), values.clone());
        }
        context
    }
}

impl Sts {
    /// Asks the role's trust policy for `action` and for what else the wish needs; returns what it refuses.
    pub(crate) async fn refused_by_role(
        &self,
        call: &Call,
        role: &RoleFacts,
        action: &'static str,
        wish: &Wish<'_>,
    ) -> Result<Option<&'static str>, Failure> {
        let trust = Policy::parse(&role.trust_policy, PolicyKind::Trust).map_err(Failure::internal)?;
        let mut actions = vec![action];
        if !wish.tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if wish.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        for action in actions {
            let ask = Ask::new(action, &role.arn, &role.account)
                .with_context(wish.context(role))
                .with_policy(ResourcePolicy {
                    attached: Attached {
                        policy: &trust,
                        label: "trust-policy",
                    },
                    mode: ResourcePolicyMode::Trust,
                });
            if !self.platform.gate.decide(call, ask).await?.is_allowed() {
                return Ok(Some(action));
            }
        }
        Ok(None)
    }
}

/// How long the session lives; `chain` counts the roles assumed before it in a row.
pub(crate) fn duration(role: &RoleFacts, asked: Option<i32>, chain: u32) -> Result<i64, Failure> {
    let seconds = asked.map_or(HOUR.min(role.max_session_seconds), i64::from);
    if chain > 0 && seconds > HOUR {
        return Err(validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > role.max_session_seconds {
        return Err(validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}
