//! Web ACL capacity units: what rules cost (`CheckCapacity`).
//!
//! Base costs are those of the developer guide's statement pages. A component that several statements examine
//! after the same transformations is transformed once, so those transformations are paid for once ("minus any
//! processing optimizations that AWS WAF can gain from combining the rules' behavior"; the guide does not give the
//! formula). Here each step of a chain on a component is paid for once within a set of rules.

use crate::compile::FieldKey;
use crate::model::{
    FieldToMatch, ForwardedIpPosition, PositionalConstraint, PreParseTextTransformation,
    PreParseTextTransformationType, Rule, SensitivityLevel, Statement, TextTransformation,
    TextTransformationType,
};
use std::collections::HashSet;

/// Capacity of a rule group that a rule refers to.
pub trait GroupCapacity {
    /// Capacity of the rule group with this ARN.
    fn rule_group(&self, arn: &str) -> Option<u64>;
    /// Capacity of a managed rule group.
    fn managed_rule_group(&self, vendor: &str, name: &str, version: Option<&str>) -> Option<u64>;
}

/// What a list of rules costs together. `None` when a rule group that a rule refers to is not known.
pub fn check_capacity(rules: &[Rule], groups: &dyn GroupCapacity) -> Option<u64> {
    let mut meter = Meter { paid: HashSet::new() };
    rules.iter().try_fold(0, |sum, rule| {
        Some(sum + meter.statement(&rule.statement, groups)?)
    })
}

/// What a statement costs alone, transformations included, children not.
pub fn statement_capacity(statement: &Statement) -> u64 {
    let mut meter = Meter { paid: HashSet::new() };
    meter.own(statement)
}

const TRANSFORMATION: u64 = 10;
const ALL_QUERY_ARGUMENTS: u64 = 10;
const CUSTOM_KEY: u64 = 30;

/// Remembers which steps of which chains on which components were paid for.
struct Meter {
    paid: HashSet<(FieldKey, Vec<TextTransformationType>)>,
}

impl Meter {
    fn statement(&mut self, statement: &Statement, groups: &dyn GroupCapacity) -> Option<u64> {
        let own = self.own(statement);
        let below = match statement {
            Statement::And(and) => self.all(&and.statements, groups)?,
            Statement::Or(or) => self.all(&or.statements, groups)?,
            Statement::Not(not) => self.statement(&not.statement, groups)?,
            Statement::RateBased(rate) => self.optional(rate.scope_down_statement.as_deref(), groups)?,
            Statement::RuleGroupReference(group) => groups.rule_group(&group.arn)?,
            Statement::ManagedRuleGroup(group) => {
                groups.managed_rule_group(&group.vendor_name, &group.name, group.version.as_deref())?
                    + self.optional(group.scope_down_statement.as_deref(), groups)?
            }
            _ => 0,
        };
        Some(own + below)
    }

    fn all(&mut self, statements: &[Statement], groups: &dyn GroupCapacity) -> Option<u64> {
        statements
            .iter()
            .try_fold(0, |sum, statement| Some(sum + self.statement(statement, groups)?))
    }

    fn optional(&mut self, statement: Option<&Statement>, groups: &dyn GroupCapacity) -> Option<u64> {
        statement.map_or(Some(0), |statement| self.statement(statement, groups))
    }

    /// Without children.
    pub(crate) fn own(&mut self, statement: &Statement) -> u64 {
        match statement {
            Statement::GeoMatch(_) | Statement::LabelMatch(_) | Statement::AsnMatch(_) => 1,
            Statement::IpSetReference(set) => match &set.ip_set_forwarded_ip_config {
                Some(config) if config.position == ForwardedIpPosition::Any => 5,
                _ => 1,
            },
            Statement::ByteMatch(s) => {
                let base = match s.positional_constraint {
                    PositionalConstraint::Exactly
                    | PositionalConstraint::StartsWith
                    | PositionalConstraint::EndsWith => 2,
                    PositionalConstraint::Contains | PositionalConstraint::ContainsWord => 10,
                };
                self.component(
                    base,
                    &s.field_to_match,
                    &s.text_transformations,
                    &s.pre_parse_text_transformations,
                )
            }
            Statement::SqliMatch(s) => {
                let base = if s.sensitivity_level == Some(SensitivityLevel::High) {
                    30
                } else {
                    20
                };
                self.component(
                    base,
                    &s.field_to_match,
                    &s.text_transformations,
                    &s.pre_parse_text_transformations,
                )
            }
            Statement::XssMatch(s) => self.component(
                40,
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
            ),
            Statement::SizeConstraint(s) => self.component(
                1,
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
            ),
            Statement::RegexPatternSetReference(s) => self.component(
                25,
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
            ),
            Statement::RegexMatch(s) => self.component(
                3,
                &s.field_to_match,
                &s.text_transformations,
                &s.pre_parse_text_transformations,
            ),
            Statement::RateBased(rate) => {
                // The statement's page has a price per key and none for the transformations of keys.
                2 + rate.custom_keys.len() as u64 * CUSTOM_KEY
            }
            Statement::And(_)
            | Statement::Or(_)
            | Statement::Not(_)
            | Statement::RuleGroupReference(_)
            | Statement::ManagedRuleGroup(_) => 0,
        }
    }

    fn component(
        &mut self,
        base: u64,
        field: &FieldToMatch,
        chain: &[TextTransformation],
        pre_parse: &[PreParseTextTransformation],
    ) -> u64 {
        let base = match field {
            FieldToMatch::JsonBody(_) => 2 * base,
            FieldToMatch::AllQueryArguments(_) => base + ALL_QUERY_ARGUMENTS,
            _ => base,
        };
        let key = FieldKey::new(field, pre_parse);
        let pre_parse_cost = pre_parse
            .iter()
            .filter(|step| step.r#type != PreParseTextTransformationType::None);
        // Pre-parse steps are priced as text transformations and shared by whoever has the same ones.
        let pre_parse_cost = if self.paid.insert((key.clone(), Vec::new())) {
            pre_parse_cost.count() as u64 * TRANSFORMATION
        } else {
            0
        };
        base + pre_parse_cost + self.chain(key, chain)
    }

    fn chain(&mut self, field: FieldKey, chain: &[TextTransformation]) -> u64 {
        let mut steps: Vec<_> = chain.iter().collect();
        steps.sort_by_key(|step| step.priority);
        let mut path = Vec::new();
        let mut cost = 0;
        for step in steps
            .into_iter()
            .filter(|step| step.r#type != TextTransformationType::None)
        {
            path.push(step.r#type);
            if self.paid.insert((field.clone(), path.clone())) {
                cost += TRANSFORMATION;
            }
        }
        cost
    }
}

#[cfg(test)]
mod tests;
