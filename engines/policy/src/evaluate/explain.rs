//! The decision, told statement by statement.

use std::fmt;

use super::decide;
use crate::condition::Condition;
use crate::decision::Decision;
use crate::document::kind::PolicyKind;
use crate::request::{Attached, Policies, Request};
use crate::statement::{Effect, Statement, Subject};

/// A decision and what every statement of every policy contributed. `Display` writes it for people.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What [`decide`] answers.
    pub decision: Decision,
    /// The policies in the order in which they bear on the decision.
    pub policies: Vec<PolicyReport>,
    headline: String,
}

/// One policy of an explanation.
#[derive(Clone, Debug)]
pub struct PolicyReport {
    /// Its ARN or name.
    pub label: String,
    /// What it is attached to.
    pub kind: PolicyKind,
    /// The level of the organization, from its root, for control policies.
    pub level: Option<usize>,
    /// Its statements in order.
    pub statements: Vec<StatementReport>,
}

/// One statement of an explanation. What is `None` is not part of the statement.
#[derive(Clone, Debug)]
pub struct StatementReport {
    /// Its place in the document, from zero.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// What it does where it matches.
    pub effect: Effect,
    /// Whether everything below matches.
    pub matched: bool,
    /// Whether it names the action.
    pub action: bool,
    /// Whether it names the resource.
    pub resource: Option<bool>,
    /// Whether it names the requester.
    pub principal: Option<bool>,
    /// Its conditions.
    pub conditions: Vec<ConditionReport>,
}

/// One condition of an explanation.
#[derive(Clone, Debug)]
pub struct ConditionReport {
    /// The operator as written, with qualifier and `IfExists`.
    pub operator: String,
    /// The key as written.
    pub key: String,
    /// The policy's values as written.
    pub expected: Vec<String>,
    /// The request's values; `None` if the key is absent.
    pub actual: Option<Vec<String>>,
    /// Whether the request meets it.
    pub met: bool,
}

/// Decides, and says why.
pub fn explain(request: &Request<'_>, policies: &Policies<'_>) -> Explanation {
    let action = request.action.to_ascii_lowercase();
    let subject = Subject::new(request, &action, policies);
    let mut reports = Vec::new();
    for levels in [policies.service_control, policies.resource_control] {
        for (level, attached) in levels.iter().enumerate() {
            reports.extend(
                attached
                    .iter()
                    .map(|attached| policy(&subject, *attached, Some(level))),
            );
        }
    }
    let others = policies
        .endpoint
        .into_iter()
        .chain(policies.resource.map(|resource| resource.attached))
        .chain(policies.identity.iter().copied())
        .chain(policies.boundary)
        .chain(policies.session.unwrap_or_default().iter().copied());
    reports.extend(others.map(|attached| policy(&subject, attached, None)));
    Explanation {
        decision: decide(request, policies),
        policies: reports,
        headline: format!(
            "{} on {} by {}",
            request.action,
            request.resource,
            caller(request)
        ),
    }
}

fn caller<'a>(request: &Request<'a>) -> &'a str {
    if request.requester.arn.is_empty() {
        "an anonymous caller"
    } else {
        &request.requester.arn
    }
}

fn policy(subject: &Subject<'_>, attached: Attached<'_>, level: Option<usize>) -> PolicyReport {
    let statements = attached.policy.statements.iter().enumerate();
    PolicyReport {
        label: attached.label.to_owned(),
        kind: attached.policy.kind(),
        level,
        statements: statements
            .map(|(index, statement)| report(subject, index, statement))
            .collect(),
    }
}

fn report(subject: &Subject<'_>, index: usize, statement: &Statement) -> StatementReport {
    StatementReport {
        index,
        sid: statement.sid.as_deref().map(str::to_owned),
        effect: statement.effect,
        matched: statement.applies(subject).is_some(),
        action: statement.names_action(subject),
        resource: statement
            .resources
            .as_ref()
            .map(|_| statement.names_resource(subject)),
        principal: statement
            .principal
            .as_ref()
            .map(|_| statement.naming(subject).is_some()),
        conditions: statement
            .conditions
            .iter()
            .map(|condition| held(subject, condition))
            .collect(),
    }
}

fn held(subject: &Subject<'_>, condition: &Condition) -> ConditionReport {
    let written = condition.written();
    ConditionReport {
        operator: written.operator.clone(),
        key: written.key.clone(),
        expected: written.values.clone(),
        actual: subject
            .request
            .context
            .folded(condition.key())
            .map(<[String]>::to_vec),
        met: condition.is_met(subject.request.context),
    }
}

impl StatementReport {
    /// What kept the statement from matching, in words; empty if it matched.
    pub fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        let mut missing = |present: bool, what: &str| {
            if !present {
                obstacles.push(format!("the {what} is not named"));
            }
        };
        missing(self.action, "action");
        missing(self.resource.unwrap_or(true), "resource");
        missing(self.principal.unwrap_or(true), "principal");
        obstacles.extend(
            self.conditions
                .iter()
                .filter(|condition| !condition.met)
                .map(ToString::to_string),
        );
        obstacles
    }
}

impl fmt::Display for ConditionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} wants {}, ",
            self.operator,
            self.key,
            list(&self.expected)
        )?;
        match &self.actual {
            None => f.write_str("the request has no such key"),
            Some(actual) => write!(f, "the request has {}", list(actual)),
        }
    }
}

fn list(values: &[String]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
    quoted.join(" or ")
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.decision {
            Decision::Allow(_) => writeln!(f, "ALLOWED  {}", self.headline)?,
            Decision::Deny(reason) => writeln!(f, "DENIED   {}\n         because: {reason}", self.headline)?,
        }
        for policy in &self.policies {
            write!(f, "\n{}: {}", policy.kind, policy.label)?;
            match policy.level {
                Some(level) => writeln!(f, " (level {level})")?,
                None => writeln!(f)?,
            }
            for statement in &policy.statements {
                write_statement(f, statement)?;
            }
        }
        Ok(())
    }
}

fn write_statement(f: &mut fmt::Formatter<'_>, statement: &StatementReport) -> fmt::Result {
    let mark = match (statement.matched, statement.effect) {
        (true, Effect::Allow) => "allows",
        (true, Effect::Deny) => "DENIES",
        (false, Effect::Allow) => "would allow",
        (false, Effect::Deny) => "would deny",
    };
    let name = statement.sid.as_deref().unwrap_or("no Sid");
    writeln!(f, "  [{}] {name}: {mark}", statement.index)?;
    for obstacle in statement.obstacles() {
        writeln!(f, "        but {obstacle}")?;
    }
    Ok(())
}
