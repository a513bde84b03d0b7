//! What-if questions, answered by the engine that decides real calls.

use haechi_api_iam as api;
use haechi_policy::{
    Attached, Context, Decision, DenyKind, Effect, Explanation, Policies, Policy, PolicyKind, PolicyReport,
    Request, Requester, ResourcePolicy, ResourcePolicyMode, explain,
};

use crate::positions::{self, Span};

/// A policy of a simulation.
pub(crate) struct Source {
    /// How the answer names it: `PolicyInputList.1`, or `user_ana_inline`.
    pub id: String,
    /// `IAM Policy` for documents of the request, otherwise where it comes from.
    pub kind: String,
    /// Parsed.
    pub policy: std::sync::Arc<Policy>,
    /// Where its statements stand in the document.
    pub spans: Vec<Span>,
}

impl Source {
    pub(crate) fn new(id: String, kind: &str, policy: std::sync::Arc<Policy>, document: &str) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            policy,
            spans: positions::statements(document),
        }
    }
}

/// Everything that one simulation is about, but the action and the resource.
pub(crate) struct Simulation {
    pub requester: Requester,
    pub identity: Vec<Source>,
    pub boundary: Option<Vec<Source>>,
    pub service_control: Vec<Vec<Source>>,
    pub resource: Option<Source>,
    pub resource_owner: Option<String>,
    pub context: Context,
}

impl Simulation {
    /// The verdict on one action and one resource.
    pub(crate) fn judge(&self, action: &str, resource: &str) -> Verdict<'_> {
        let request = Request {
            requester: &self.requester,
            action,
            resource,
            resource_account: self.resource_owner.as_deref(),
            context: &self.context,
        };
        let identity = attach(&self.identity);
        let levels: Vec<_> = self.service_control.iter().map(|level| attach(level)).collect();
        let levels: Vec<_> = levels.iter().map(Vec::as_slice).collect();
        let policies = Policies {
            identity: &identity,
            service_control: &levels,
            resource: self.resource.as_ref().map(|source| ResourcePolicy {
                attached: attach_one(source),
                mode: ResourcePolicyMode::Standard,
            }),
            ..Policies::default()
        };
        // Several documents may stand for the boundary; any of them may allow.
        let within = self.boundary.as_ref().map(|sources| {
            let boundary = attach(sources);
            let only = Policies {
                identity: &boundary,
                ..Policies::default()
            };
            explain(
                &Request {
                    resource_account: None,
                    ..request
                },
                &only,
            )
        });
        Verdict {
            simulation: self,
            explanation: explain(&request, &policies),
            within,
        }
    }

    fn source(&self, label: &str) -> Option<&Source> {
        let boundary = self.boundary.iter().flatten();
        let all = self
            .identity
            .iter()
            .chain(&self.resource)
            .chain(self.service_control.iter().flatten());
        all.chain(boundary).find(|source| source.id == label)
    }
}

fn attach(sources: &[Source]) -> Vec<Attached<'_>> {
    sources.iter().map(attach_one).collect()
}

fn attach_one(source: &Source) -> Attached<'_> {
    Attached {
        policy: &source.policy,
        label: &source.id,
    }
}

/// The outcome of one simulated request.
pub(crate) struct Verdict<'a> {
    simulation: &'a Simulation,
    explanation: Explanation,
    within: Option<Explanation>,
}

impl Verdict<'_> {
    /// Allowed, denied by a statement, or allowed by none.
    pub(crate) fn decision(&self) -> api::PolicyEvaluationDecisionType {
        let explicit = |decision: &Decision| {
            decision
                .deny_reason()
                .is_some_and(|it| it.kind == DenyKind::Explicit)
        };
        let bounded = self.within.as_ref().map(|within| &within.decision);
        let own = &self.explanation.decision;
        if explicit(own) || bounded.is_some_and(explicit) {
            api::PolicyEvaluationDecisionType::ExplicitDeny
        } else if own.is_allowed() && bounded.is_none_or(Decision::is_allowed) {
            api::PolicyEvaluationDecisionType::Allowed
        } else {
            api::PolicyEvaluationDecisionType::ImplicitDeny
        }
    }

    /// Whether the boundary allows; none where there is no boundary.
    pub(crate) fn within_boundary(&self) -> Option<api::PermissionsBoundaryDecisionDetail> {
        self.within
            .as_ref()
            .map(|within| api::PermissionsBoundaryDecisionDetail {
                allowed_by_permissions_boundary: Some(within.decision.is_allowed()),
            })
    }

    /// Whether the organization's policies allow; none where the simulation has none.
    pub(crate) fn within_organization(&self) -> Option<api::OrganizationsDecisionDetail> {
        if self.simulation.service_control.is_empty() {
            return None;
        }
        let refused = self.explanation.decision.deny_reason();
        let refused = refused.is_some_and(|reason| reason.policy_kind == PolicyKind::ServiceControl);
        Some(api::OrganizationsDecisionDetail {
            allowed_by_organizations: Some(!refused),
        })
    }

    fn reports(&self) -> impl Iterator<Item = &PolicyReport> {
        self.explanation
            .policies
            .iter()
            .chain(self.within.iter().flat_map(|within| &within.policies))
    }

    /// The statements that made the decision: those that deny, or else those that allow.
    pub(crate) fn matched_statements(&self) -> Vec<api::Statement> {
        let denied = self.decision() == api::PolicyEvaluationDecisionType::ExplicitDeny;
        let effect = if denied { Effect::Deny } else { Effect::Allow };
        let mut matched = Vec::new();
        for report in self.reports() {
            let Some(source) = self.simulation.source(&report.label) else {
                continue;
            };
            for statement in report
                .statements
                .iter()
                .filter(|it| it.matched && it.effect == effect)
            {
                let span = source.spans.get(statement.index);
                matched.push(api::Statement {
                    source_policy_id: Some(source.id.clone()),
                    source_policy_type: Some(source.kind.as_str().into()),
                    start_position: span.map(|span| position(span.start)),
                    end_position: span.map(|span| position(span.end)),
                });
            }
        }
        matched
    }

    /// Condition keys that the simulated request lacks, of statements that are otherwise about it.
    pub(crate) fn missing_context_values(&self) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        for statement in self.reports().flat_map(|report| &report.statements) {
            if !statement.action || !statement.resource.unwrap_or(true) {
                continue;
            }
            for condition in statement
                .conditions
                .iter()
                .filter(|condition| condition.actual.is_none())
            {
                if !missing
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(&condition.key))
                {
                    missing.push(condition.key.clone());
                }
            }
        }
        missing
    }
}

fn position((line, column): (i32, i32)) -> api::Position {
    api::Position {
        line: Some(line),
        column: Some(column),
    }
}
