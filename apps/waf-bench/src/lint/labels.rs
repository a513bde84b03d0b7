//! Labels that are asked for and never added, or added and never asked for.

use haechi_waf::compile::Resolver as _;
use haechi_waf::model::{LabelMatchScope, RateBasedCustomKey, Rule, RuleAction, Statement};

use super::{Severity, Subject, places};

/// What a rule can add.
enum Added {
    /// This label.
    Label(String),
    /// Anything that begins so.
    Prefix(String),
    /// Anything at all: a rule group that was not given.
    Anything,
}

pub(super) fn check(subject: &mut Subject<'_>) {
    let rules = subject.rules.clone();
    let added: Vec<Vec<Added>> = rules.iter().map(|(_, rule)| added(subject, rule)).collect();
    let mut wanted = Vec::new();
    for (place, &(at, rule)) in rules.iter().enumerate() {
        for (path, scope, key) in asks(rule) {
            wanted.push((scope, key));
            let offered = |labels: &Vec<Added>| labels.iter().any(|label| label.answers(scope, key));
            if added[..place].iter().any(offered) {
                continue;
            }
            if added[place..].iter().any(offered) {
                let explanation = format!(
                    "Rule {} looks for label {key}, which only rules after it add: labels are seen by later rules \
                     alone. Change the priorities.",
                    rule.name
                );
                subject.report(
                    (at, rule),
                    &path,
                    "label-added-later",
                    Severity::Error,
                    explanation,
                );
            } else if subject.default_action.is_some() {
                let explanation = format!(
                    "Rule {} looks for label {key}, which no rule before it adds: the statement never matches.",
                    rule.name
                );
                subject.report(
                    (at, rule),
                    &path,
                    "label-never-added",
                    Severity::Warning,
                    explanation,
                );
            }
        }
    }
    for &(at, rule) in &rules {
        for label in &rule.rule_labels {
            let full = Added::Label(format!("{}{}", subject.label_prefix, label.name));
            if !wanted.iter().any(|(scope, key)| full.answers(*scope, key)) {
                let explanation = format!(
                    "No rule here looks for label {}, which rule {} adds; it is only seen in logs and metrics.",
                    label.name, rule.name
                );
                subject.report(
                    (at, rule),
                    "RuleLabels",
                    "unused-label",
                    Severity::Note,
                    explanation,
                );
            }
        }
    }
}

/// The labels and namespaces that a rule looks for.
fn asks(rule: &Rule) -> Vec<(String, LabelMatchScope, &str)> {
    let mut asked = Vec::new();
    for place in places(rule) {
        match place.statement {
            Statement::LabelMatch(label) => asked.push((place.path, label.scope, label.key.as_str())),
            Statement::RateBased(rate) => {
                for key in &rate.custom_keys {
                    if let RateBasedCustomKey::LabelNamespace(key) = key {
                        asked.push((
                            place.path.clone(),
                            LabelMatchScope::Namespace,
                            key.namespace.as_str(),
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    asked
}

fn added(subject: &Subject<'_>, rule: &Rule) -> Vec<Added> {
    let mut all: Vec<Added> = rule
        .rule_labels
        .iter()
        .map(|label| Added::Label(format!("{}{}", subject.label_prefix, label.name)))
        .collect();
    if matches!(
        rule.action,
        Some(RuleAction::Captcha(_) | RuleAction::Challenge(_))
    ) {
        all.push(Added::Prefix("awswaf:managed:token:".into()));
        all.push(Added::Prefix("awswaf:managed:captcha:".into()));
    }
    for place in places(rule) {
        match place.statement {
            Statement::GeoMatch(geo) => {
                let source = if geo.forwarded_ip_config.is_some() {
                    "forwardedip"
                } else {
                    "clientip"
                };
                all.push(Added::Prefix(format!("awswaf:{source}:geo:")));
            }
            Statement::RuleGroupReference(reference) => match subject.sources.group(&reference.arn) {
                Some(group) => {
                    let account = reference.arn.split(':').nth(4).unwrap_or_default();
                    let prefix = format!("awswaf:{account}:rulegroup:{}:", group.name);
                    for rule in &group.rules {
                        all.extend(
                            rule.rule_labels
                                .iter()
                                .map(|l| Added::Label(format!("{prefix}{}", l.name))),
                        );
                        if places(rule)
                            .iter()
                            .any(|place| matches!(place.statement, Statement::GeoMatch(_)))
                        {
                            all.push(Added::Prefix("awswaf:clientip:geo:".into()));
                            all.push(Added::Prefix("awswaf:forwardedip:geo:".into()));
                        }
                    }
                }
                None => all.push(Added::Anything),
            },
            Statement::ManagedRuleGroup(group) => {
                // Managed groups look at tokens, too.
                all.push(Added::Prefix("awswaf:managed:token:".into()));
                all.push(Added::Prefix("awswaf:managed:captcha:".into()));
                let library = haechi_web_acl::Library::default();
                let version = group.version.as_deref();
                match library.managed_rule_group(&group.vendor_name, &group.name, version, &[]) {
                    Some(known) => all.push(Added::Prefix(known.label_namespace.clone())),
                    None => all.push(Added::Anything),
                }
            }
            _ => {}
        }
    }
    all
}

impl Added {
    /// Whether a statement with this key can match what is added (developer guide, "Label match rule statement": a
    /// key without its full prefix is looked for among the labels' last parts).
    fn answers(&self, scope: LabelMatchScope, key: &str) -> bool {
        match (self, scope) {
            (Self::Anything, _) => true,
            (Self::Label(label), LabelMatchScope::Label) => ends_with_parts(label, key),
            (Self::Label(label), LabelMatchScope::Namespace) => {
                label.starts_with(key) || label.contains(&format!(":{key}"))
            }
            (Self::Prefix(prefix), _) if key.starts_with("awswaf:") => {
                key.starts_with(prefix.as_str()) || prefix.starts_with(key)
            }
            // What comes after the prefix is not known.
            (Self::Prefix(_), _) => true,
        }
    }
}

fn ends_with_parts(label: &str, key: &str) -> bool {
    label == key
        || label
            .strip_suffix(key)
            .is_some_and(|before| before.ends_with(':'))
}
