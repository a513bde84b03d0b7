//! What AWS's service refuses beyond the shapes of its model: each check answers with the field, the parameter
//! and the reason that `WAFInvalidParameterException` carries.
//!
//! Sources are the API reference's pages of each structure and the developer guide; AWS does not publish its
//! messages, those here say what to do.

mod actions;
mod labels;
mod rate;
mod statement;

use crate::error::{InvalidParameter, ParameterField as Field};
use crate::model::{CustomResponseBodies, DefaultAction, Rule, RuleAction, RuleGroup, Statement, WebAcl};
use std::collections::HashSet;
use std::fmt::Display;

type Result<T = ()> = std::result::Result<T, InvalidParameter>;

/// Reason for lists that are too short, in AWS's words (answers that users quote in public issue trackers).
const MINIMUM: &str = "You haven't met a minimum requirement for a threshold setting. Examples include a rule group capacity \
                       setting that's too low and an OR statement with only one nested statement.";

fn refuse<T>(field: Field, parameter: impl Display, reason: impl Into<String>) -> Result<T> {
    Err(InvalidParameter::new(field, parameter, reason))
}

fn ensure(holds: bool, field: Field, parameter: impl Display, reason: &str) -> Result {
    if holds {
        Ok(())
    } else {
        refuse(field, parameter, reason)
    }
}

/// Where rules stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    WebAcl,
    RuleGroup,
}

/// Checks a web ACL.
pub fn web_acl(acl: &WebAcl) -> Result {
    let action = match &acl.default_action {
        DefaultAction::Allow(allow) => RuleAction::Allow(allow.clone()),
        DefaultAction::Block(block) => RuleAction::Block(block.clone()),
    };
    actions::bodies(&acl.custom_response_bodies)?;
    actions::action(&action, &acl.custom_response_bodies)?;
    for domain in &acl.token_domains {
        let plain = !domain.contains("://") && !domain.contains('/') && domain.contains('.');
        ensure(
            plain,
            Field::TokenDomain,
            domain,
            "Give a host name, such as example.com, without scheme and path.",
        )?;
    }
    rules(&acl.rules, &acl.custom_response_bodies, Place::WebAcl)
}

/// Checks a rule group.
pub fn rule_group(group: &RuleGroup) -> Result {
    actions::bodies(&group.custom_response_bodies)?;
    rules(&group.rules, &group.custom_response_bodies, Place::RuleGroup)
}

/// Checks a bare list of rules, as `CheckCapacity` gets it. Keys of custom response bodies cannot be checked.
pub fn bare_rules(rules: &[Rule]) -> Result {
    unique(rules)?;
    rules
        .iter()
        .try_for_each(|rule| statement::top(&rule.statement, Place::WebAcl))
}

fn rules(rules: &[Rule], bodies: &CustomResponseBodies, place: Place) -> Result {
    unique(rules)?;
    rules.iter().try_for_each(|rule| self::rule(rule, bodies, place))
}

fn unique(rules: &[Rule]) -> Result {
    let (mut names, mut priorities) = (HashSet::new(), HashSet::new());
    for rule in rules {
        ensure(
            names.insert(&rule.name),
            Field::Rule,
            &rule.name,
            "Rule names must be unique.",
        )?;
        ensure(
            priorities.insert(rule.priority),
            Field::Rule,
            rule.priority,
            "Priorities of rules must be unique.",
        )?;
    }
    Ok(())
}

fn rule(rule: &Rule, bodies: &CustomResponseBodies, place: Place) -> Result {
    statement::top(&rule.statement, place)?;
    labels::of_rule(rule)?;
    let is_group = matches!(
        rule.statement,
        Statement::RuleGroupReference(_) | Statement::ManagedRuleGroup(_)
    );
    match (&rule.action, &rule.override_action, is_group) {
        (Some(action), None, false) => {
            actions::action(action, bodies)?;
            let allows =
                matches!(rule.statement, Statement::RateBased(_)) && matches!(action, RuleAction::Allow(_));
            ensure(
                !allows,
                Field::RuleAction,
                "Allow",
                "A rate-based rule can't have the action Allow.",
            )
        }
        (None, Some(_), true) => ensure(
            rule.rule_labels.is_empty(),
            Field::Rule,
            &rule.name,
            "A reference to a rule group can't add labels.",
        ),
        (_, _, true) => refuse(
            Field::OverrideAction,
            &rule.name,
            "A rule that refers to a rule group needs an OverrideAction and no Action.",
        ),
        (_, _, false) => refuse(
            Field::RuleAction,
            &rule.name,
            "A rule needs an Action; an OverrideAction is only for references to rule groups.",
        ),
    }
}

#[cfg(test)]
mod tests;
