//! CloudWatch's metrics of a request (developer guide, page "AWS WAF metrics and dimensions").
//!
//! All metrics have the dimensions `WebACL` and `Region` (the latter not in the scope CLOUDFRONT), which are left
//! to whoever publishes them. Beside them:
//!
//! - `Rule`: the rule's metric name, `Default_Action`, `ALL`;
//! - `RuleGroup` and `Rule` for rules in the account's own groups, which are published without `WebACL` too;
//! - `ManagedRuleGroup` and `ManagedRuleGroupRule`;
//! - `LabelNamespace` and `LabelName`, for the first 100 labels;
//! - `Country`, and `Attack` for what SQL-injection and XSS statements found.

use super::{Counters, Facts};
use crate::compile::Resolver;
use crate::model::{FirewallManagerStatement, Statement, VisibilityConfig, WebAcl};
use crate::verdict::{ActionTaken, ConditionType, DEFAULT_ACTION, NonTerminating, RuleGroupOutcome, Verdict};
use rustc_hash::FxHashMap;

const MAX_LABELS: usize = 100;
const ALL: &str = "ALL";
const COUNTED: &str = "CountedRequests";
const CAPTCHA: &str = "CaptchaRequests";
const CHALLENGE: &str = "ChallengeRequests";

/// Which metrics are wanted, and their names.
#[derive(Debug)]
pub(super) struct MetricNames {
    web_acl: Box<str>,
    enabled: bool,
    rules: FxHashMap<Box<str>, RuleMetric>,
}

#[derive(Debug)]
struct RuleMetric {
    metric: Box<str>,
    enabled: bool,
    sampled: bool,
    group: Option<GroupMetric>,
}

#[derive(Debug)]
enum GroupMetric {
    Own {
        metric: Box<str>,
        enabled: bool,
        /// Rules of the group that don't want metrics.
        silent: Vec<Box<str>>,
    },
    Managed(Box<str>),
}

impl MetricNames {
    pub(super) fn new(acl: &WebAcl, resolver: &dyn Resolver) -> Self {
        let mut rules = FxHashMap::default();
        let mut add = |name: &str, visibility: &VisibilityConfig, group| {
            let metric = RuleMetric {
                metric: visibility.metric_name.as_str().into(),
                enabled: visibility.cloud_watch_metrics_enabled,
                sampled: visibility.sampled_requests_enabled,
                group,
            };
            rules.insert(name.into(), metric);
        };
        for rule in &acl.rules {
            let group = match &rule.statement {
                Statement::RuleGroupReference(reference) => own_group(&reference.arn, resolver),
                Statement::ManagedRuleGroup(managed) => {
                    Some(GroupMetric::Managed(managed.name.as_str().into()))
                }
                _ => None,
            };
            add(&rule.name, &rule.visibility_config, group);
        }
        let manager = acl
            .pre_process_firewall_manager_rule_groups
            .iter()
            .chain(&acl.post_process_firewall_manager_rule_groups);
        for rule in manager {
            let group = match &rule.firewall_manager_statement {
                FirewallManagerStatement::RuleGroupReference(reference) => {
                    own_group(&reference.arn, resolver)
                }
                FirewallManagerStatement::ManagedRuleGroup(managed) => {
                    Some(GroupMetric::Managed(managed.name.as_str().into()))
                }
            };
            add(&rule.name, &rule.visibility_config, group);
        }
        Self {
            web_acl: acl.visibility_config.metric_name.as_str().into(),
            enabled: acl.visibility_config.cloud_watch_metrics_enabled,
            rules,
        }
    }

    /// The web ACL's metric name.
    pub(super) fn web_acl(&self) -> &str {
        &self.web_acl
    }

    /// The metric of a rule that refers to a rule group, if it wants samples.
    pub(super) fn sampled_group(&self, rule: &str) -> Option<&str> {
        self.rules
            .get(rule)
            .filter(|rule| rule.sampled)
            .map(|rule| &*rule.metric)
    }

    pub(super) fn count(&self, verdict: &Verdict<'_>, facts: &Facts<'_>, counters: &mut Counters) {
        let minute = facts.timestamp / 60_000 * 60;
        let mut add = |name, dimensions: &[(&'static str, &str)]| counters.add(minute, name, dimensions);
        let action = metric_of(verdict.action);
        for rule in &verdict.non_terminating {
            if self.rules.get(rule.rule_id).is_some_and(|known| known.enabled) {
                for name in names_of(rule.action) {
                    add(name, &[("Rule", rule.metric)]);
                }
            }
        }
        let deciding = &verdict.terminating_rule;
        let wanted = match deciding.metric {
            Some(_) => self
                .rules
                .get(deciding.rule_id)
                .is_some_and(|known| known.enabled),
            None => self.enabled,
        };
        if wanted {
            add(action, &[("Rule", deciding.metric.unwrap_or(DEFAULT_ACTION))]);
        }
        for group in &verdict.rule_groups {
            self.count_group(group, verdict, &mut add);
        }
        if self.enabled {
            count_web_acl(verdict, facts, action, &mut add);
        }
    }

    fn count_group(
        &self,
        group: &RuleGroupOutcome<'_>,
        verdict: &Verdict<'_>,
        add: &mut impl FnMut(&'static str, &[(&'static str, &str)]),
    ) {
        let Some(rule) = self.rules.get(group.rule_id) else {
            return;
        };
        // A group that the web ACL only counts decides nothing.
        let decided = verdict.terminating_rule.rule_id == group.rule_id;
        let deciding = group.terminating_rule.iter().map(|rule| {
            // Its token was not good, so only the first of an action's metrics.
            let names = names_of(if decided { verdict.action.as_str() } else { "COUNT" });
            (rule, &names[..names.len().min(1)])
        });
        let matched = deciding.chain(
            group
                .non_terminating
                .iter()
                .map(|rule| (rule, names_of(rule.action))),
        );
        match &rule.group {
            Some(GroupMetric::Own {
                metric,
                enabled: true,
                silent,
            }) => {
                let dimension = ("RuleGroup", &**metric);
                let mut passed = group.excluded_rules.is_empty();
                for (inner, names) in matched {
                    passed = false;
                    for name in names {
                        if !is_silent(silent, inner) {
                            add(name, &[dimension, ("Rule", inner.metric)]);
                        }
                        add(name, &[dimension, ("Rule", ALL)]);
                    }
                }
                if passed {
                    add("PassedRequests", &[dimension, ("Rule", ALL)]);
                }
            }
            Some(GroupMetric::Managed(name)) if rule.enabled => {
                let dimension = ("ManagedRuleGroup", &**name);
                for (inner, names) in matched {
                    for name in names {
                        add(name, &[dimension, ("ManagedRuleGroupRule", inner.rule_id)]);
                    }
                }
                for excluded in &group.excluded_rules {
                    add(COUNTED, &[dimension, ("ManagedRuleGroupRule", excluded)]);
                }
            }
            _ => {}
        }
    }
}

fn own_group(arn: &str, resolver: &dyn Resolver) -> Option<GroupMetric> {
    let group = resolver.rule_group(arn)?;
    let silent = group
        .rules
        .iter()
        .filter(|rule| !rule.visibility_config.cloud_watch_metrics_enabled);
    Some(GroupMetric::Own {
        metric: group.visibility_config.metric_name.as_str().into(),
        enabled: group.visibility_config.cloud_watch_metrics_enabled,
        silent: silent.map(|rule| rule.name.as_str().into()).collect(),
    })
}

fn is_silent(silent: &[Box<str>], rule: &NonTerminating<'_>) -> bool {
    silent.iter().any(|name| **name == *rule.rule_id)
}

/// What is counted for the web ACL as a whole.
fn count_web_acl(
    verdict: &Verdict<'_>,
    facts: &Facts<'_>,
    action: &'static str,
    add: &mut impl FnMut(&'static str, &[(&'static str, &str)]),
) {
    add(action, &[("Rule", ALL)]);
    let passed_token = |kind: &str| verdict.non_terminating.iter().any(|rule| rule.action == kind);
    for kind in ["COUNT", "CAPTCHA", "CHALLENGE"] {
        if passed_token(kind) {
            for name in names_of(kind) {
                add(name, &[("Rule", ALL)]);
            }
        }
    }
    if let Some(country) = facts.country {
        add(action, &[("Country", country)]);
    }
    let found = |kind| {
        verdict
            .terminating_rule
            .match_details
            .iter()
            .any(|detail| detail.condition_type == kind)
    };
    if found(ConditionType::SqlInjection) {
        add(action, &[("Attack", "SQLi")]);
    }
    if found(ConditionType::Xss) {
        add(action, &[("Attack", "XSS")]);
    }
    for label in verdict.labels.iter().take(MAX_LABELS) {
        if let Some((namespace, name)) = label.rsplit_once(':') {
            add(action, &[("LabelNamespace", namespace), ("LabelName", name)]);
        }
    }
}

fn metric_of(action: ActionTaken) -> &'static str {
    match action {
        ActionTaken::Allow => "AllowedRequests",
        ActionTaken::Block => "BlockedRequests",
        ActionTaken::Captcha => CAPTCHA,
        ActionTaken::Challenge => CHALLENGE,
        ActionTaken::Monetize => "MonetizedRequests",
    }
}

/// The metrics of a rule with this action. Captcha and Challenge are counted whether or not the token was good; of
/// a rule that did not decide it was.
fn names_of(action: &str) -> &'static [&'static str] {
    match action {
        "COUNT" => &[COUNTED],
        "CAPTCHA" => &[CAPTCHA, "RequestsWithValidCaptchaToken"],
        "CHALLENGE" => &[CHALLENGE, "RequestsWithValidChallengeToken"],
        "ALLOW" => &["AllowedRequests"],
        "BLOCK" => &["BlockedRequests"],
        "MONETIZE" => &["MonetizedRequests"],
        _ => &[],
    }
}
