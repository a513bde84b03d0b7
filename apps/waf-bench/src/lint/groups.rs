//! Rule groups: rules that only count, overrides of rules that are not there, groups that look at every request.

use std::collections::HashMap;

use haechi_waf::compile::Resolver as _;
use haechi_waf::model::{AggregateKeyType, OverrideAction, RateBasedCustomKey, Rule, RuleAction, Statement};

use super::{Severity, Subject};

/// Groups that AWS charges for by the request.
const BY_REQUEST: [&str; 4] = [
    "AWSManagedRulesBotControlRuleSet",
    "AWSManagedRulesATPRuleSet",
    "AWSManagedRulesACFPRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
];

pub(super) fn check(subject: &mut Subject<'_>) {
    for rule in subject.rules.clone() {
        only_counts(subject, rule);
        unknown_overrides(subject, rule);
        missing_scope_down(subject, rule);
    }
    same_metric(subject);
}

fn only_counts(subject: &mut Subject<'_>, (at, rule): (usize, &Rule)) {
    match (&rule.action, &rule.override_action) {
        (Some(RuleAction::Count(count)), _)
            if rule.rule_labels.is_empty() && count.custom_request_handling.is_none() =>
        {
            let explanation = format!(
                "Rule {} only counts: it adds no label or header, and no request is refused for it.",
                rule.name
            );
            subject.report((at, rule), "Action", "count-only", Severity::Note, explanation);
        }
        (_, Some(OverrideAction::Count(_))) => {
            let explanation = format!(
                "The rule group of {} only counts, whatever its rules say. Where it is there for its labels, let its \
                 rules count (RuleActionOverrides) instead.",
                rule.name
            );
            subject.report(
                (at, rule),
                "OverrideAction",
                "count-only-group",
                Severity::Warning,
                explanation,
            );
        }
        _ => {}
    }
}

/// AWS takes overrides of rules that a group does not have, and they do nothing.
fn unknown_overrides(subject: &mut Subject<'_>, (at, rule): (usize, &Rule)) {
    let (names, known): (Vec<&str>, Option<Vec<String>>) = match &rule.statement {
        Statement::ManagedRuleGroup(group) => {
            let overrides = group.rule_action_overrides.iter().map(|over| over.name.as_str());
            let excluded = group.excluded_rules.iter().map(|rule| rule.name.as_str());
            let library = haechi_web_acl::Library::default();
            let version = group.version.as_deref();
            let found = library.managed_rule_group(&group.vendor_name, &group.name, version, &[]);
            let rules = found.map(|group| group.rules.iter().map(|rule| rule.name.clone()).collect());
            (overrides.chain(excluded).collect(), rules)
        }
        Statement::RuleGroupReference(group) => {
            let overrides = group.rule_action_overrides.iter().map(|over| over.name.as_str());
            let excluded = group.excluded_rules.iter().map(|rule| rule.name.as_str());
            let found = subject.sources.group(&group.arn);
            let rules = found.map(|group| group.rules.iter().map(|rule| rule.name.clone()).collect());
            (overrides.chain(excluded).collect(), rules)
        }
        _ => return,
    };
    let Some(known) = known else { return };
    for name in names
        .into_iter()
        .filter(|name| !known.iter().any(|rule| rule == name))
    {
        let explanation = format!(
            "{} overrides rule {name}, which its group does not have: the override does nothing. The group has {}.",
            rule.name,
            known.join(", ")
        );
        subject.report(
            (at, rule),
            "Statement",
            "unknown-override",
            Severity::Error,
            explanation,
        );
    }
}

fn missing_scope_down(subject: &mut Subject<'_>, (at, rule): (usize, &Rule)) {
    match &rule.statement {
        Statement::ManagedRuleGroup(group)
            if group.scope_down_statement.is_none() && BY_REQUEST.contains(&group.name.as_str()) =>
        {
            let explanation = format!(
                "AWS charges for each request that {} looks at, and it looks at all, static files too: give it a \
                 ScopeDownStatement.",
                group.name
            );
            subject.report(
                (at, rule),
                "Statement",
                "missing-scope-down",
                Severity::Warning,
                explanation,
            );
        }
        Statement::RateBased(rate) if rate.scope_down_statement.is_none() => {
            let by_client = match rate.aggregate_key_type {
                AggregateKeyType::Ip | AggregateKeyType::ForwardedIp => true,
                AggregateKeyType::CustomKeys => rate.custom_keys.iter().any(|key| {
                    matches!(
                        key,
                        RateBasedCustomKey::Ip(_) | RateBasedCustomKey::ForwardedIp(_)
                    )
                }),
                AggregateKeyType::Constant => false,
            };
            if by_client {
                let explanation = format!(
                    "Rule {} counts every request of a client, images and scripts too, so that its limit has to be \
                     high; a ScopeDownStatement for what is expensive lets it be low.",
                    rule.name
                );
                subject.report(
                    (at, rule),
                    "Statement",
                    "missing-scope-down",
                    Severity::Note,
                    explanation,
                );
            }
        }
        _ => {}
    }
}

fn same_metric(subject: &mut Subject<'_>) {
    let mut first: HashMap<&str, &str> = HashMap::new();
    for (at, rule) in subject.rules.clone() {
        let metric = rule.visibility_config.metric_name.as_str();
        match first.get(metric) {
            Some(other) => {
                let explanation = format!(
                    "Rules {other} and {} share the metric {metric}: their counts and samples can't be told apart.",
                    rule.name
                );
                subject.report(
                    (at, rule),
                    "VisibilityConfig",
                    "same-metric",
                    Severity::Warning,
                    explanation,
                );
            }
            None => {
                first.insert(metric, &rule.name);
            }
        }
    }
}
