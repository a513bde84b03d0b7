//! Labels (developer guide, page "Label syntax and naming requirements in AWS WAF").

use super::{Field, Result, ensure};
use crate::model::Rule;

const RESERVED: [&str; 8] = [
    "awswaf",
    "aws",
    "waf",
    "rulegroup",
    "webacl",
    "regexpatternset",
    "ipset",
    "managed",
];
/// Custom namespaces before the name.
const NAMESPACES: usize = 5;
/// Length of each namespace and of the name.
const PART: usize = 128;
/// Quota: labels per rule.
const LABELS: usize = 100;

pub(super) fn of_rule(rule: &Rule) -> Result {
    ensure(
        rule.rule_labels.len() <= LABELS,
        Field::Rule,
        &rule.name,
        "A rule adds at most 100 labels.",
    )?;
    rule.rule_labels.iter().try_for_each(|label| name(&label.name))
}

fn name(label: &str) -> Result {
    let parts: Vec<_> = label.split(':').collect();
    ensure(
        parts.len() <= NAMESPACES + 1,
        Field::Rule,
        label,
        "A label has at most 5 namespaces.",
    )?;
    for part in &parts {
        let fits = (1..=PART).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        ensure(
            fits,
            Field::Rule,
            label,
            "Each part of a label has 1 to 128 letters, digits, dashes and underscores.",
        )?;
        ensure(
            !RESERVED.contains(part),
            Field::Rule,
            label,
            "The label has a reserved word.",
        )?;
    }
    Ok(())
}
