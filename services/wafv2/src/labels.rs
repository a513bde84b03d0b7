//! Namespaces, and which labels a rule group adds and looks for.

use haechi_waf::model::{Rule, Statement};

use crate::model::entity::Entity;
use crate::model::kind::Kind;

/// How labels begin that are written in full.
const QUALIFIED: &str = "awswaf:";

/// `awswaf:ACCOUNT:webacl:NAME:`, before the labels that the thing's rules add.
pub(crate) fn namespace(entity: &Entity) -> String {
    let kind = match entity.kind {
        Kind::RuleGroup => "rulegroup",
        _ => "webacl",
    };
    format!("{QUALIFIED}{}:{kind}:{}:", entity.account, entity.name)
}

/// The labels that rules add, in full, each once.
pub(crate) fn added(rules: &[Rule], namespace: &str) -> Vec<String> {
    let labels = rules.iter().flat_map(|rule| &rule.rule_labels);
    once(labels.map(|label| qualified(&label.name, namespace)))
}

/// The labels and namespaces that rules look for, in full, each once.
pub(crate) fn consumed(rules: &[Rule], namespace: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for rule in rules {
        look(&rule.statement, &mut keys);
    }
    once(keys.into_iter().map(|key| qualified(key, namespace)))
}

fn look<'r>(statement: &'r Statement, keys: &mut Vec<&'r str>) {
    match statement {
        Statement::LabelMatch(label) => keys.push(&label.key),
        Statement::And(and) => and.statements.iter().for_each(|inner| look(inner, keys)),
        Statement::Or(or) => or.statements.iter().for_each(|inner| look(inner, keys)),
        Statement::Not(not) => look(&not.statement, keys),
        Statement::RateBased(rate) => {
            if let Some(inner) = rate.scope_down_statement.as_deref() {
                look(inner, keys);
            }
        }
        _ => {}
    }
}

fn qualified(label: &str, namespace: &str) -> String {
    if label.starts_with(QUALIFIED) {
        label.to_owned()
    } else {
        format!("{namespace}{label}")
    }
}

fn once(labels: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for label in labels {
        if !seen.contains(&label) {
            seen.push(label);
        }
    }
    seen
}
