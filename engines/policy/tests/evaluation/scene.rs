//! A request with its policies, built up from statements.

use haechi_policy::{
    Attached, Context, Decision, DenyKind, Explanation, Naming, Policies, Policy, PolicyKind, Request,
    Requester, ResourcePolicy, ResourcePolicyMode, decide, explain,
};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
pub(crate) const USER: &str = "arn:aws:iam::111122223333:user/ana";
pub(crate) const USER_ID: &str = "AIDAEXAMPLEEXAMPLEANA";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";
pub(crate) const ROLE_ID: &str = "AROAEXAMPLEEXAMPLEAPP";
pub(crate) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s1";
pub(crate) const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/guest";
pub(crate) const ROOT: &str = "arn:aws:iam::111122223333:root";
pub(crate) const OBJECT: &str = "arn:aws:s3:::bucket/key";

/// What a row expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    Allow,
    Explicit(PolicyKind),
    Implicit(PolicyKind),
}

pub(crate) struct Scene {
    requester: Requester,
    action: &'static str,
    resource: &'static str,
    owner: &'static str,
    context: Context,
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    session: Option<Vec<Policy>>,
    service_control: Vec<Vec<Policy>>,
    resource_control: Vec<Vec<Policy>>,
    resource_policy: Option<(Policy, ResourcePolicyMode)>,
    endpoint: Option<Policy>,
    grant: Option<Naming>,
}

pub(crate) fn user() -> Requester {
    Requester::user(ACCOUNT, USER, USER_ID)
}

pub(crate) fn session() -> Requester {
    Requester::assumed_role(ACCOUNT, SESSION, ROLE, ROLE_ID)
}

pub(crate) fn federated() -> Requester {
    Requester::federated_user(ACCOUNT, FEDERATED, USER, USER_ID)
}

pub(crate) fn root() -> Requester {
    Requester::root(ACCOUNT, ROOT)
}

pub(crate) fn statement(effect: &str, action: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}"#)
}

/// A statement with a principal, given as JSON.
pub(crate) fn granting(effect: &str, principal: &str, action: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Principal":{principal},"Action":"{action}","Resource":"*"}}"#)
}

/// `{"AWS":"…"}`.
pub(crate) fn aws(principal: &str) -> String {
    format!(r#"{{"AWS":"{principal}"}}"#)
}

pub(crate) fn policy(kind: PolicyKind, statements: &[String]) -> Policy {
    let json = format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    );
    Policy::parse(&json, kind).unwrap_or_else(|error| panic!("{json}: {error} {:?}", error.detail()))
}

fn attach(policies: &[Policy]) -> Vec<Attached<'_>> {
    policies
        .iter()
        .map(|policy| Attached {
            policy,
            label: "inline",
        })
        .collect()
}

impl Scene {
    /// `s3:GetObject` on an object of the requester's own account, no policies.
    pub(crate) fn new(requester: Requester) -> Self {
        let mut context = Context::new();
        requester.describe(&mut context);
        Self {
            requester,
            action: "s3:GetObject",
            resource: OBJECT,
            owner: ACCOUNT,
            context,
            identity: Vec::new(),
            boundary: None,
            session: None,
            service_control: Vec::new(),
            resource_control: Vec::new(),
            resource_policy: None,
            endpoint: None,
            grant: None,
        }
    }

    pub(crate) fn asks(mut self, action: &'static str, resource: &'static str) -> Self {
        self.action = action;
        self.resource = resource;
        self
    }

    pub(crate) fn owned_by(mut self, account: &'static str) -> Self {
        self.owner = account;
        self
    }

    pub(crate) fn with(mut self, key: &'static str, value: &str) -> Self {
        self.context.set(key, value);
        self
    }

    pub(crate) fn identity(mut self, statement: &str) -> Self {
        self.identity
            .push(policy(PolicyKind::Identity, &[statement.to_owned()]));
        self
    }

    /// An identity policy that allows everything.
    pub(crate) fn admin(self) -> Self {
        self.identity(&statement("Allow", "*", "*"))
    }

    pub(crate) fn boundary(mut self, effect: &str, action: &str) -> Self {
        self.boundary = Some(policy(PolicyKind::Boundary, &[statement(effect, action, "*")]));
        self
    }

    pub(crate) fn session(mut self, effect: &str, action: &str) -> Self {
        let added = policy(PolicyKind::Session, &[statement(effect, action, "*")]);
        self.session.get_or_insert_default().push(added);
        self
    }

    pub(crate) fn scp(mut self, effect: &str, action: &str) -> Self {
        self.service_control.push(vec![policy(
            PolicyKind::ServiceControl,
            &[statement(effect, action, "*")],
        )]);
        self
    }

    /// A level with the full-access policy beside another.
    pub(crate) fn rcp(mut self, effect: &str, action: &str) -> Self {
        let full = granting("Allow", "\"*\"", "*");
        let other = granting(effect, "\"*\"", action);
        self.resource_control
            .push(vec![policy(PolicyKind::ResourceControl, &[full, other])]);
        self
    }

    pub(crate) fn resource(self, statement: &str) -> Self {
        self.resource_in(ResourcePolicyMode::Standard, &[statement.to_owned()])
    }

    pub(crate) fn resource_in(mut self, mode: ResourcePolicyMode, statements: &[String]) -> Self {
        let kind = match mode {
            ResourcePolicyMode::Trust => PolicyKind::Trust,
            ResourcePolicyMode::KeyPolicy => PolicyKind::KeyPolicy,
            _ => PolicyKind::Resource,
        };
        self.resource_policy = Some((policy(kind, statements), mode));
        self
    }

    pub(crate) fn endpoint(mut self, statement: &str) -> Self {
        self.endpoint = Some(policy(PolicyKind::Endpoint, &[statement.to_owned()]));
        self
    }

    pub(crate) fn granted_to(mut self, grantee: &str) -> Self {
        self.grant = self.requester.named_by(grantee);
        self
    }

    fn ask<T>(&self, answer: impl FnOnce(&Request<'_>, &Policies<'_>) -> T) -> T {
        let identity = attach(&self.identity);
        let session = self.session.as_deref().map(attach);
        let scps: Vec<_> = self.service_control.iter().map(|level| attach(level)).collect();
        let rcps: Vec<_> = self.resource_control.iter().map(|level| attach(level)).collect();
        let service_control: Vec<_> = scps.iter().map(Vec::as_slice).collect();
        let resource_control: Vec<_> = rcps.iter().map(Vec::as_slice).collect();
        let named = |policy| Attached {
            policy,
            label: "inline",
        };
        let policies = Policies {
            identity: &identity,
            boundary: self.boundary.as_ref().map(named),
            session: session.as_deref(),
            service_control: &service_control,
            resource_control: &resource_control,
            resource: self
                .resource_policy
                .as_ref()
                .map(|(policy, mode)| ResourcePolicy {
                    attached: named(policy),
                    mode: *mode,
                }),
            endpoint: self.endpoint.as_ref().map(named),
            grant: self.grant,
        };
        let request = Request {
            requester: &self.requester,
            action: self.action,
            resource: self.resource,
            resource_account: Some(self.owner),
            context: &self.context,
        };
        answer(&request, &policies)
    }

    pub(crate) fn decide(&self) -> Decision {
        self.ask(decide)
    }

    pub(crate) fn explain(&self) -> Explanation {
        self.ask(explain)
    }
}

/// Decides every row; a row is what it says and what it expects.
pub(crate) fn check(rows: Vec<(&str, Scene, Expect)>) {
    for (rule, scene, expected) in rows {
        let decision = scene.decide();
        let actual = match decision.deny_reason() {
            None => Expect::Allow,
            Some(reason) => match reason.kind {
                DenyKind::Explicit => Expect::Explicit(reason.policy_kind),
                DenyKind::Implicit => Expect::Implicit(reason.policy_kind),
            },
        };
        assert_eq!(actual, expected, "{rule}\n{}", scene.explain());
    }
}
