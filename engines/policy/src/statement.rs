//! A compiled statement and what it matches.

use crate::condition::Condition;
use crate::context::Context;
use crate::pattern::{Case, Pattern};
use crate::principal::{Naming, PrincipalElement};
use crate::request::{Policies, Request};

/// What a statement does where it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Permits.
    Allow,
    /// Forbids, whatever else permits.
    Deny,
}

/// An element and its `Not…` twin.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    pub(crate) negated: bool,
    pub(crate) patterns: Box<[Pattern]>,
}

impl Patterns {
    /// Whether the element is about `text`.
    ///
    /// A variable without a value matches nothing. Under `Not…` that would widen the statement, so one that
    /// allows is invalid then ("IAM policy elements: Variables"), while one that denies still does.
    fn matches(&self, text: &str, context: &Context, effect: Effect) -> bool {
        let any = self
            .patterns
            .iter()
            .any(|pattern| pattern.matches(text, context, Case::Exact));
        let narrow =
            || effect == Effect::Deny || self.patterns.iter().all(|pattern| pattern.resolves(context));
        if self.negated { !any && narrow() } else { any }
    }
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sid: Option<Box<str>>,
    pub(crate) effect: Effect,
    pub(crate) principal: Option<PrincipalElement>,
    /// Lower case.
    pub(crate) actions: Patterns,
    /// `None` in trust policies, whose resource is the role itself.
    pub(crate) resources: Option<Patterns>,
    pub(crate) conditions: Box<[Condition]>,
}

/// A request, with what every statement needs of it worked out once.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) request: &'a Request<'a>,
    /// The action, lower case.
    pub(crate) action: &'a str,
    /// Whether the requester has a permissions boundary.
    pub(crate) bounded: bool,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(request: &'a Request<'a>, action: &'a str, policies: &Policies<'_>) -> Self {
        Self {
            request,
            action,
            bounded: policies.boundary.is_some(),
        }
    }
}

impl Statement {
    /// Whether it can apply to one request and not to another that differs in condition keys alone.
    pub(crate) fn reads_context(&self) -> bool {
        let reads = |patterns: &Patterns| patterns.patterns.iter().any(Pattern::has_variables);
        !self.conditions.is_empty() || reads(&self.actions) || self.resources.as_ref().is_some_and(reads)
    }

    /// How the statement applies to the request, if it does. Statements without principals are attached to the
    /// requester and apply directly.
    pub(crate) fn applies(&self, subject: &Subject<'_>) -> Option<Naming> {
        if !self.names_action(subject) || !self.names_resource(subject) {
            return None;
        }
        let naming = self.naming(subject)?;
        self.conditions
            .iter()
            .all(|condition| condition.is_met(subject.request.context))
            .then_some(naming)
    }

    pub(crate) fn names_action(&self, subject: &Subject<'_>) -> bool {
        self.actions
            .matches(subject.action, subject.request.context, self.effect)
    }

    pub(crate) fn names_resource(&self, subject: &Subject<'_>) -> bool {
        self.resources.as_ref().is_none_or(|resources| {
            resources.matches(subject.request.resource, subject.request.context, self.effect)
        })
    }

    pub(crate) fn naming(&self, subject: &Subject<'_>) -> Option<Naming> {
        match &self.principal {
            None => Some(Naming::Direct),
            Some(principal) => principal.naming(
                subject.request.requester,
                self.effect == Effect::Deny,
                subject.bounded,
            ),
        }
    }
}
