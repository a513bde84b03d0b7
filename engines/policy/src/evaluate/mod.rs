//! The decision: AWS's evaluation logic over compiled policies.
//!
//! The order is that of "How AWS enforcement code logic evaluates requests to allow or deny access" and
//! "Cross-account policy evaluation logic" in the IAM user guide, and "Determining access" in the KMS developer
//! guide: an explicit deny anywhere; the organization's ceilings; the endpoint; the resource's policy; identity
//! policies; the permissions boundary; session policies.

pub(crate) mod explain;
mod tally;

use crate::decision::{AllowedBy, Decision, DenyReason};
use crate::document::kind::PolicyKind;
use crate::principal::Naming;
use crate::request::{Policies, Request, ResourcePolicyMode};
use crate::requester::{Requester, RequesterKind};
use crate::statement::Subject;
use tally::Tally;

/// Whether the policies allow the request, and why or why not.
pub fn decide(request: &Request<'_>, policies: &Policies<'_>) -> Decision {
    let action = request.action.to_ascii_lowercase();
    let subject = Subject::new(request, &action, policies);
    let verdicts = match Verdicts::gather(&subject, policies) {
        Ok(verdicts) => verdicts,
        Err(denied) => return Decision::Deny(denied),
    };
    match verdicts.decide(request, policies) {
        Ok(by) => Decision::Allow(by),
        Err(kind) => Decision::Deny(DenyReason::implicit(kind)),
    }
}

/// What each kind of policy says, once nothing denies.
struct Verdicts {
    /// How the resource's policy names the requester in a statement that allows.
    resource: Option<Naming>,
    identity: bool,
    boundary: Option<bool>,
    session: Option<bool>,
}

impl Verdicts {
    /// Reads every policy. An error is an explicit deny, or a ceiling that does not allow.
    fn gather(subject: &Subject<'_>, policies: &Policies<'_>) -> Result<Self, DenyReason> {
        let one = |attached| Tally::one(subject, attached);
        let service_control = Tally::levels(subject, policies.service_control)?;
        let resource_control = Tally::levels(subject, policies.resource_control)?;
        let endpoint = policies.endpoint.map(one).transpose()?;
        let resource = policies
            .resource
            .map(|resource| one(resource.attached))
            .transpose()?;
        let identity = Tally::many(subject, policies.identity)?;
        let boundary = policies.boundary.map(one).transpose()?;
        let session = policies
            .session
            .map(|session| Tally::many(subject, session))
            .transpose()?;
        if !resource_control {
            return Err(DenyReason::implicit(PolicyKind::ResourceControl));
        }
        if !service_control {
            return Err(DenyReason::implicit(PolicyKind::ServiceControl));
        }
        if endpoint.is_some_and(|tally| !tally.allows()) {
            return Err(DenyReason::implicit(PolicyKind::Endpoint));
        }
        Ok(Self {
            resource: resource.and_then(|tally| tally.allowed),
            identity: identity.allows(),
            boundary: boundary.map(Tally::allows),
            session: session.map(Tally::allows),
        })
    }

    fn decide(&self, request: &Request<'_>, policies: &Policies<'_>) -> Result<AllowedBy, PolicyKind> {
        let requester = request.requester;
        let missing = missing_resource_kind(policies);
        let (named, by, by_both) = self.resource_side(policies);
        if !requester.has_identity() {
            return named.map(|_| by).ok_or(missing);
        }
        let own = request
            .resource_account
            .is_none_or(|owner| owner == requester.account);
        if !own {
            // Both accounts must agree, each for its part.
            self.identity_side(requester)?;
            return named.map(|_| by_both).ok_or(missing);
        }
        match named {
            Some(Naming::Direct) => Ok(by),
            Some(Naming::Issuer) => self.ceilings(requester).map(|()| by),
            Some(Naming::Account) => self.identity_side(requester).map(|()| by_both),
            None if identity_counts_alone(policies) => self.identity_side(requester).map(|()| {
                if requester.kind == RequesterKind::Root {
                    AllowedBy::Root
                } else {
                    AllowedBy::Identity
                }
            }),
            None => Err(missing),
        }
    }

    /// The better of the resource's policy and a grant, and what to call it alone and with identity policies.
    fn resource_side(&self, policies: &Policies<'_>) -> (Option<Naming>, AllowedBy, AllowedBy) {
        if policies.grant > self.resource {
            (policies.grant, AllowedBy::Grant, AllowedBy::GrantAndIdentity)
        } else {
            (self.resource, AllowedBy::Resource, AllowedBy::ResourceAndIdentity)
        }
    }

    /// What the requester's own account allows it: identity policies within the ceilings. Root needs none.
    fn identity_side(&self, requester: &Requester) -> Result<(), PolicyKind> {
        if requester.kind == RequesterKind::Root {
            return Ok(());
        }
        if !self.identity {
            return Err(PolicyKind::Identity);
        }
        self.ceilings(requester)
    }

    /// The permissions boundary and the session policies. A federated user without session policies may do
    /// nothing that is not granted to the session itself.
    fn ceilings(&self, requester: &Requester) -> Result<(), PolicyKind> {
        if self.boundary == Some(false) {
            return Err(PolicyKind::Boundary);
        }
        let without_session = requester.kind != RequesterKind::FederatedUser;
        if self.session.unwrap_or(without_session) {
            Ok(())
        } else {
            Err(PolicyKind::Session)
        }
    }
}

/// Whether identity policies count where the resource's policy is silent.
fn identity_counts_alone(policies: &Policies<'_>) -> bool {
    policies
        .resource
        .is_none_or(|resource| resource.mode == ResourcePolicyMode::Standard)
}

/// How a missing permission on the resource's side is called.
fn missing_resource_kind(policies: &Policies<'_>) -> PolicyKind {
    match policies.resource.map(|resource| resource.mode) {
        Some(ResourcePolicyMode::Trust) => PolicyKind::Trust,
        Some(ResourcePolicyMode::KeyPolicy) => PolicyKind::KeyPolicy,
        _ => PolicyKind::Resource,
    }
}
