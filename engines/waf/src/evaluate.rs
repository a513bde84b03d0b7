//! Evaluation of a request by a plan.
//!
//! Worst case: each slot is computed once, in time linear in its bytes; each statement looks at most once at each
//! byte of its slot. Nothing is allocated for a request that matches nothing, once the scratch has grown.

mod address;
mod explain;
mod extract;
mod flood;
mod matching;
mod memory;
mod rate_key;
mod rules;
mod scratch;

pub use explain::{Explanation, Inspected, Step};
pub use scratch::Scratch;

use crate::compile::{Plan, Stmt, StmtKind};
use crate::geo::{Geo, GeoRecord};
use crate::rate::RateCounters;
use crate::request::{HttpRequest, Limits};
use crate::verdict::{MatchDetail, OversizeField, TokenResponse, TokenState, Verdict};
use std::borrow::Cow;

/// What an evaluation needs beside plan and request.
#[derive(Clone, Copy)]
pub struct Environment<'e> {
    /// How much of the request is inspected.
    pub limits: Limits,
    /// What the request was sent to, for the detector of floods, which watches each resource by itself.
    pub resource: &'e str,
    /// Where addresses are.
    pub geo: &'e dyn Geo,
    /// The plan's counters.
    pub rates: &'e RateCounters,
    /// The request's token.
    pub token: TokenState,
    /// Milliseconds of Unix time.
    pub now: u64,
}

impl Plan {
    /// Decides about a request.
    pub fn evaluate<'p>(
        &'p self,
        request: &HttpRequest<'_>,
        environment: &Environment<'_>,
        scratch: &mut Scratch,
    ) -> Verdict<'p> {
        Evaluation::new(self, request, environment, scratch, None).run()
    }

    /// Decides about a request and says which statements looked at what. Slow.
    pub fn explain<'p>(
        &'p self,
        request: &HttpRequest<'_>,
        environment: &Environment<'_>,
        scratch: &mut Scratch,
    ) -> (Verdict<'p>, Explanation<'p>) {
        let mut explanation = Explanation::default();
        let verdict = Evaluation::new(self, request, environment, scratch, Some(&mut explanation)).run();
        (verdict, explanation)
    }
}

/// One evaluation under way.
struct Evaluation<'p, 'r, 's> {
    plan: &'p Plan,
    request: &'r HttpRequest<'r>,
    environment: &'r Environment<'r>,
    scratch: &'s mut Scratch,
    explanation: Option<&'s mut Explanation<'p>>,
    /// The rule being evaluated, for explanations.
    rule: (&'p str, Option<&'p str>),
    labels: Vec<Cow<'p, str>>,
    details: Vec<MatchDetail>,
    inserted: Vec<(&'p str, &'p str)>,
    oversize: Vec<OversizeField>,
    captcha: Option<TokenResponse>,
    challenge: Option<TokenResponse>,
    client: Option<GeoRecord<'r>>,
    client_asn: Option<u32>,
}

impl<'p, 'r, 's> Evaluation<'p, 'r, 's> {
    fn new(
        plan: &'p Plan,
        request: &'r HttpRequest<'r>,
        environment: &'r Environment<'r>,
        scratch: &'s mut Scratch,
        explanation: Option<&'s mut Explanation<'p>>,
    ) -> Self {
        scratch.reset(plan.slots.len());
        Self {
            plan,
            request,
            environment,
            scratch,
            explanation,
            rule: ("", None),
            labels: Vec::new(),
            details: Vec::new(),
            inserted: Vec::new(),
            oversize: Vec::new(),
            captcha: None,
            challenge: None,
            client: None,
            client_asn: None,
        }
    }

    /// Whether a statement matches. Recursion is as deep as the rule's JSON was nested.
    fn matches(&mut self, statement: &'p Stmt) -> bool {
        let answer = match &statement.kind {
            StmtKind::And(children) => children.iter().all(|child| self.matches(child)),
            StmtKind::Or { children, spans } => {
                (spans.is_empty() || spans.iter().any(|span| self.may_match(*span)))
                    && children.iter().any(|child| self.matches(child))
            }
            StmtKind::Not(child) => !self.matches(child),
            StmtKind::Match(test) => return self.test(statement.id, test),
            StmtKind::Geo { countries, source } => self.geo_match(countries, source),
            StmtKind::Asn { numbers, source } => self.asn_match(numbers, source),
            StmtKind::IpSet { set, source } => self.ip_match(set, source),
            StmtKind::Label(label) => self.labels.iter().any(|known| label.matches(known)),
        };
        if self.explanation.is_some() {
            self.explain_answer(statement.id, answer);
        }
        answer
    }

    /// Adds a label unless the request has it.
    fn add_label(&mut self, label: Cow<'p, str>) {
        if !self.labels.contains(&label) {
            self.labels.push(label);
        }
    }
}

#[cfg(test)]
mod tests;
