//! Rules and rule groups in order, until one decides.

use super::Evaluation;
use crate::compile::{Action, Group, GroupKind, PlanRule, RuleBody};
use crate::verdict::{
    ActionTaken, BlockResponse, DEFAULT_ACTION, FailureReason, MatchDetail, NonTerminating, RateBasedOutcome,
    RuleGroupOutcome, RuleType, TerminatingRule, TokenResponse, TokenState, Verdict,
};
use std::borrow::Cow;

/// HTTP status of the answer to a request that must solve a puzzle or challenge first.
const CAPTCHA_STATUS: u16 = 405;
const CHALLENGE_STATUS: u16 = 202;

/// What matched so far.
#[derive(Default)]
struct Progress<'p> {
    non_terminating: Vec<NonTerminating<'p>>,
    rule_groups: Vec<RuleGroupOutcome<'p>>,
    rate_based: Vec<RateBasedOutcome<'p>>,
}

/// A decision on its way to the verdict.
struct Decision<'p> {
    action: &'p Action,
    rule: TerminatingRule<'p>,
}

impl<'p> Evaluation<'p, '_, '_> {
    pub(super) fn run(mut self) -> Verdict<'p> {
        let plan = self.plan;
        let mut progress = Progress::default();
        for rule in &plan.rules {
            self.rule = (&rule.name, None);
            let decision = match &rule.body {
                RuleBody::Group(group) => self.group(rule, group, &mut progress),
                body => self.plain(rule, body, &mut progress),
            };
            if let Some(decision) = decision {
                return self.verdict(decision, progress);
            }
        }
        let rule = TerminatingRule {
            rule_id: DEFAULT_ACTION,
            rule_type: RuleType::Regular,
            rule_in_group: None,
            metric: None,
            sampled: None,
            match_details: Vec::new(),
        };
        if let Action::Allow(headers) = &plan.default_action {
            self.insert(headers);
        }
        self.verdict(
            Decision {
                action: &plan.default_action,
                rule,
            },
            progress,
        )
    }

    fn plain(
        &mut self,
        rule: &'p PlanRule,
        body: &'p RuleBody,
        progress: &mut Progress<'p>,
    ) -> Option<Decision<'p>> {
        if !self.rule_matches(body, progress) {
            return None;
        }
        let details = std::mem::take(&mut self.details);
        if self.act(rule) {
            let rule_type = if matches!(body, RuleBody::Rate(_)) {
                RuleType::RateBased
            } else {
                RuleType::Regular
            };
            return Some(decision(rule, &rule.action, rule_type, None, details));
        }
        progress
            .non_terminating
            .push(non_terminating(rule, rule.action.name(), details));
        None
    }

    /// Whether a rule that is not a reference to a group matches; the details of its statements are kept if so.
    fn rule_matches(&mut self, body: &'p RuleBody, progress: &mut Progress<'p>) -> bool {
        self.details.clear();
        match body {
            RuleBody::Statement(statement) => self.matches(statement),
            RuleBody::Rate(index) => match self.over_limit(*index) {
                Some(outcome) => {
                    progress.rate_based.push(outcome);
                    true
                }
                None => false,
            },
            RuleBody::Group(_) => false,
        }
    }

    fn group(
        &mut self,
        rule: &'p PlanRule,
        group: &'p Group,
        progress: &mut Progress<'p>,
    ) -> Option<Decision<'p>> {
        if let Some(scope_down) = &group.scope_down
            && !self.matches(scope_down)
        {
            return None;
        }
        if let Some(flood) = &group.flood {
            self.watch(flood);
        }
        let mut outcome = RuleGroupOutcome {
            rule_id: &rule.name,
            rule_group_id: &group.id,
            terminating_rule: None,
            non_terminating: Vec::new(),
            excluded_rules: Vec::new(),
        };
        let mut decided = None;
        for inner in &group.rules {
            self.rule = (&rule.name, Some(&inner.name));
            if !self.rule_matches(&inner.body, progress) {
                continue;
            }
            let details = std::mem::take(&mut self.details);
            if self.act(inner) {
                outcome.terminating_rule = Some(non_terminating(inner, inner.action.name(), details.clone()));
                decided = Some((inner, details));
                break;
            }
            if inner.excluded {
                outcome.excluded_rules.push(&inner.name);
            } else {
                outcome
                    .non_terminating
                    .push(non_terminating(inner, inner.action.name(), details));
            }
        }
        progress.rule_groups.push(outcome);
        let (inner, details) = decided?;
        if group.count_only {
            // The web ACL's rule then counts; its own request handling applies, not the inner rule's.
            if let Action::Count(headers) = &rule.action {
                self.insert(headers);
            }
            progress
                .non_terminating
                .push(non_terminating(rule, "COUNT", details));
            return None;
        }
        let rule_type = match group.kind {
            GroupKind::Own => RuleType::Group,
            GroupKind::Managed => RuleType::ManagedRuleGroup,
        };
        Some(decision(
            rule,
            &inner.action,
            rule_type,
            Some(&inner.name),
            details,
        ))
    }

    /// Adds the labels of a rule that matched and applies its action; whether that ends the evaluation.
    fn act(&mut self, rule: &'p PlanRule) -> bool {
        for label in &rule.labels {
            self.add_label(Cow::Borrowed(label));
        }
        match &rule.action {
            Action::Block(_) | Action::Monetize(_) => true,
            Action::Allow(headers) => {
                self.insert(headers);
                true
            }
            Action::Count(headers) => {
                self.insert(headers);
                false
            }
            Action::Captcha(headers) => {
                let found = self.token(true, rule.captcha_immunity);
                self.captcha = Some(found);
                self.pass(found, headers)
            }
            Action::Challenge(headers) => {
                let found = self.token(false, rule.challenge_immunity);
                self.challenge = Some(found);
                self.pass(found, headers)
            }
        }
    }

    fn pass(&mut self, found: TokenResponse, headers: &'p [(Box<str>, Box<str>)]) -> bool {
        let passed = matches!(found, TokenResponse::Passed { .. });
        if passed {
            self.insert(headers);
        }
        !passed
    }

    fn token(&self, captcha: bool, immunity: u64) -> TokenResponse {
        let failure_reason = match self.environment.token {
            TokenState::Absent => FailureReason::TokenMissing,
            TokenState::Invalid => FailureReason::TokenInvalid,
            TokenState::DomainMismatch => FailureReason::TokenDomainMismatch,
            TokenState::Valid {
                captcha_solved,
                challenge_solved,
            } => match if captcha { captcha_solved } else { challenge_solved } {
                None => FailureReason::TokenMissing,
                Some(solved) if (self.environment.now / 1000).saturating_sub(solved) > immunity => {
                    FailureReason::TokenExpired
                }
                Some(solve_timestamp) => return TokenResponse::Passed { solve_timestamp },
            },
        };
        let response_code = if captcha { CAPTCHA_STATUS } else { CHALLENGE_STATUS };
        TokenResponse::Asked {
            response_code,
            failure_reason,
        }
    }

    fn insert(&mut self, headers: &'p [(Box<str>, Box<str>)]) {
        self.inserted
            .extend(headers.iter().map(|(name, value)| (&**name, &**value)));
    }

    fn verdict(self, decision: Decision<'p>, progress: Progress<'p>) -> Verdict<'p> {
        let (action, response, price_multiplier) = match decision.action {
            // A counted default action cannot be written; Allow is what counting leads to.
            Action::Allow(_) | Action::Count(_) => (ActionTaken::Allow, None, None),
            Action::Block(response) => (ActionTaken::Block, response.as_deref().map(BlockResponse), None),
            Action::Captcha(_) => (ActionTaken::Captcha, None, None),
            Action::Challenge(_) => (ActionTaken::Challenge, None, None),
            Action::Monetize(multiplier) => (ActionTaken::Monetize, None, multiplier.as_deref()),
        };
        Verdict {
            action,
            terminating_rule: decision.rule,
            non_terminating: progress.non_terminating,
            rule_groups: progress.rule_groups,
            rate_based: progress.rate_based,
            labels: self.labels,
            inserted_headers: self.inserted,
            response,
            price_multiplier,
            oversize_fields: self.oversize,
            captcha: self.captcha,
            challenge: self.challenge,
            client_asn: self.client_asn,
        }
    }
}

fn decision<'p>(
    rule: &'p PlanRule,
    action: &'p Action,
    rule_type: RuleType,
    rule_in_group: Option<&'p str>,
    match_details: Vec<MatchDetail>,
) -> Decision<'p> {
    Decision {
        action,
        rule: TerminatingRule {
            rule_id: &rule.name,
            rule_type,
            rule_in_group,
            metric: Some(&rule.metric),
            sampled: Some(rule.sampled),
            match_details,
        },
    }
}

fn non_terminating<'p>(
    rule: &'p PlanRule,
    action: &'static str,
    match_details: Vec<MatchDetail>,
) -> NonTerminating<'p> {
    NonTerminating {
        rule_id: &rule.name,
        action,
        overridden_action: rule.overridden,
        metric: &rule.metric,
        sampled: rule.sampled,
        match_details,
    }
}
