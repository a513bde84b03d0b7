//! Answers cases given as JSON lines, so that other engines can be compared with this one
//! (`tests/policy-differential`).
//!
//! A line is `{"parse": "…", "kind": "Identity"}`, answered with `ok` or the refusal's text, or a request with its
//! policies as `Case` reads it, answered with `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied` or a refusal.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

use haechi_policy::{
    Attached, Context, Decision, DenyKind, Policies, Policy, PolicyError, PolicyKind, Request, Requester,
    ResourcePolicy, ResourcePolicyMode, decide,
};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Document {
    parse: String,
    kind: String,
}

#[derive(Deserialize)]
struct Case {
    /// `user`, `session`, `root`, `federated`, `service` or `anonymous`.
    kind: String,
    account: String,
    arn: String,
    role: Option<String>,
    action: String,
    resource: String,
    owner: String,
    context: Map<String, Value>,
    identity: Vec<Value>,
    boundary: Option<Value>,
    session: Option<Value>,
    scp: Option<Value>,
    resource_policy: Option<Value>,
    mode: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?)?)?;
    }
    Ok(())
}

fn answer(line: &str) -> Result<String, serde_json::Error> {
    if let Ok(document) = serde_json::from_str::<Document>(line) {
        return Ok(match Policy::parse(&document.parse, kind(&document.kind)) {
            Ok(_) => "ok".to_owned(),
            Err(error) => error.to_string(),
        });
    }
    let case: Case = serde_json::from_str(line)?;
    Ok(case.judge().unwrap_or_else(|error| error.to_string()))
}

fn kind(name: &str) -> PolicyKind {
    match name {
        "Trust" => PolicyKind::Trust,
        "Resource" => PolicyKind::Resource,
        _ => PolicyKind::Identity,
    }
}

fn parse(document: &Value, kind: PolicyKind) -> Result<Policy, PolicyError> {
    Policy::parse(&document.to_string(), kind)
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

impl Case {
    fn requester(&self) -> Requester {
        let role = self.role.as_deref().unwrap_or_default();
        match self.kind.as_str() {
            "user" => Requester::user(&self.account, &self.arn, "AIDAEXAMPLEEXAMPLE"),
            "session" => Requester::assumed_role(&self.account, &self.arn, role, "AROAEXAMPLEEXAMPLE"),
            "federated" => Requester::federated_user(&self.account, &self.arn, role, "AIDAEXAMPLEEXAMPLE"),
            "root" => Requester::root(&self.account, &self.arn),
            "service" => Requester::service(&self.arn),
            _ => Requester::anonymous(),
        }
    }

    fn judge(&self) -> Result<String, PolicyError> {
        let identity: Result<Vec<_>, _> = self
            .identity
            .iter()
            .map(|document| parse(document, PolicyKind::Identity))
            .collect();
        let identity = identity?;
        let optional = |document: &Option<Value>, kind| {
            document
                .as_ref()
                .map(|document| parse(document, kind))
                .transpose()
        };
        let boundary = optional(&self.boundary, PolicyKind::Boundary)?;
        let session = optional(&self.session, PolicyKind::Session)?;
        let scp = optional(&self.scp, PolicyKind::ServiceControl)?;
        let (mode, resource_kind) = match self.mode.as_str() {
            "key" => (ResourcePolicyMode::KeyPolicy, PolicyKind::KeyPolicy),
            "trust" => (ResourcePolicyMode::Trust, PolicyKind::Trust),
            _ => (ResourcePolicyMode::Standard, PolicyKind::Resource),
        };
        let resource = optional(&self.resource_policy, resource_kind)?;
        let named = |policy| Attached {
            policy,
            label: "case",
        };
        let identity: Vec<_> = identity.iter().map(named).collect();
        let session: Option<Vec<_>> = session.as_ref().map(|policy| vec![named(policy)]);
        let level: Vec<_> = scp.iter().map(named).collect();
        let levels = [level.as_slice()];
        let requester = self.requester();
        let mut context = Context::new();
        for (key, value) in &self.context {
            let single = value.is_string();
            let mut values = values(value);
            match (single, values.pop()) {
                (true, Some(value)) => context.set(key.clone(), value),
                (false, Some(last)) => {
                    values.push(last);
                    context.set(key.clone(), values);
                }
                (_, None) => {}
            }
        }
        let request = Request {
            requester: &requester,
            action: &self.action,
            resource: &self.resource,
            resource_account: Some(&self.owner),
            context: &context,
        };
        let policies = Policies {
            identity: &identity,
            boundary: boundary.as_ref().map(named),
            session: session.as_deref(),
            service_control: if scp.is_some() { &levels } else { &[] },
            resource: resource.as_ref().map(|policy| ResourcePolicy {
                attached: named(policy),
                mode,
            }),
            ..Policies::default()
        };
        Ok(match decide(&request, &policies) {
            Decision::Allow(_) => "Allowed",
            Decision::Deny(reason) if reason.kind == DenyKind::Explicit => "ExplicitlyDenied",
            Decision::Deny(_) => "ImplicitlyDenied",
        }
        .to_owned())
    }
}
