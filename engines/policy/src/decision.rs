//! The answer, and its wording.

use std::fmt;

use crate::document::kind::PolicyKind;

/// What a request is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, and by what.
    Allow(AllowedBy),
    /// Denied, and why.
    Deny(DenyReason),
}

impl Decision {
    /// Whether the request may go on.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// The reason of a denial.
    pub fn deny_reason(&self) -> Option<&DenyReason> {
        match self {
            Self::Allow(_) => None,
            Self::Deny(reason) => Some(reason),
        }
    }

    /// `Ok` if allowed, the reason otherwise.
    pub fn into_result(self) -> Result<AllowedBy, DenyReason> {
        match self {
            Self::Allow(by) => Ok(by),
            Self::Deny(reason) => Err(reason),
        }
    }
}

/// The side that allowed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AllowedBy {
    /// The account's root user needs no policy.
    Root,
    /// Identity policies.
    Identity,
    /// The resource's policy, naming the requester.
    Resource,
    /// The resource's policy delegates to the account, or lives in another account, and identity policies allow.
    ResourceAndIdentity,
    /// A KMS grant.
    Grant,
    /// A KMS grant of another account, and identity policies allow.
    GrantAndIdentity,
}

/// Whether a statement said no, or nothing said yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DenyKind {
    /// A `Deny` statement matches.
    Explicit,
    /// No `Allow` statement matches where one is needed.
    Implicit,
}

/// Why a request is denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenyReason {
    /// Explicit or implicit.
    pub kind: DenyKind,
    /// The kind of policy that denies, or lacks the permission.
    pub policy_kind: PolicyKind,
    /// The label of the policy whose statement denies.
    pub policy: Option<String>,
}

impl DenyReason {
    /// No policy of this kind allows.
    pub fn implicit(policy_kind: PolicyKind) -> Self {
        Self {
            kind: DenyKind::Implicit,
            policy_kind,
            policy: None,
        }
    }

    /// The policy called `label` denies.
    pub fn explicit(policy_kind: PolicyKind, label: &str) -> Self {
        Self {
            kind: DenyKind::Explicit,
            policy_kind,
            policy: Some(label.to_owned()),
        }
    }

    /// AWS's text: who may not do what to which resource, and because of which kind of policy. An empty resource
    /// is left out, as some services do; `*` is printed, as KMS does. An explicit deny of a managed policy ends with its ARN, as AWS words it since 2026
    /// ("Troubleshoot access denied error messages" in the IAM user guide).
    pub fn message(&self, requester_arn: &str, action: &str, resource: &str) -> String {
        let mut text = Self::plain_message(requester_arn, action, resource);
        text.push(' ');
        text.push_str(&self.clause(action));
        text
    }

    /// The text of services that give no reason (STS's AssumeRole among them).
    pub fn plain_message(requester_arn: &str, action: &str, resource: &str) -> String {
        let mut text = format!("User: {requester_arn} is not authorized to perform: {action}");
        if !resource.is_empty() {
            text.push_str(" on resource: ");
            text.push_str(resource);
        }
        text
    }

    /// The part that gives the reason: `because no … allows the … action` or `with an explicit deny in …`.
    pub fn clause(&self, action: &str) -> String {
        match (self.kind, self.managed_policy_arn()) {
            (DenyKind::Implicit, _) => {
                format!(
                    "because no {} allows the {action} action",
                    self.policy_kind.noun()
                )
            }
            (DenyKind::Explicit, Some(arn)) => {
                format!(
                    "with an explicit deny in {}: {arn}",
                    self.policy_kind.noun_with_article()
                )
            }
            (DenyKind::Explicit, None) => {
                format!(
                    "with an explicit deny in {}",
                    self.policy_kind.noun_with_article()
                )
            }
        }
    }

    fn managed_policy_arn(&self) -> Option<&str> {
        self.policy
            .as_deref()
            .filter(|label| label.starts_with("arn:") && label.contains(":policy/"))
    }
}

impl fmt::Display for DenyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DenyKind::Implicit => write!(f, "no {} allows it", self.policy_kind),
            DenyKind::Explicit => write!(f, "explicit deny in {}", self.policy_kind.noun_with_article()),
        }
    }
}
