//! What counts as public access.

use crate::condition::{Condition, Operator, Quantifier};
use crate::principal::PrincipalPattern;
use crate::statement::{Effect, Statement};

/// Keys that narrow everyone to someone when held against fixed values ("The meaning of public" in S3's user
/// guide, and `kms:CallerAccount`, by which AWS managed keys narrow theirs).
const NARROWING: [&str; 14] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
];

/// Whether a statement gives something to everyone.
pub(super) fn is_public(statement: &Statement) -> bool {
    let everyone = statement
        .principal
        .as_ref()
        .is_some_and(|element| element.negated || element.patterns.contains(&PrincipalPattern::Everyone));
    statement.effect == Effect::Allow && everyone && !statement.conditions.iter().any(narrows)
}

fn narrows(condition: &Condition) -> bool {
    let positive = !condition.operator().is_negated() && condition.operator() != Operator::Null;
    let binding = !condition.if_exists() && condition.quantifier() != Quantifier::ForAllValues;
    positive && binding && NARROWING.contains(&condition.key()) && condition.has_fixed_values()
}
