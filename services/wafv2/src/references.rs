//! What rules refer to.

use haechi_waf::model::{Rule, Statement};

use crate::model::kind::Kind;

/// ARNs of rule groups and sets, each once, and whether there are managed rule groups.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References {
    arns: Vec<(Kind, String)>,
    /// Whether a managed rule group is referred to.
    pub(crate) managed: bool,
}

impl References {
    /// Of these rules.
    pub(crate) fn of(rules: &[Rule]) -> Self {
        let mut found = Self::default();
        for rule in rules {
            found.statement(&rule.statement);
        }
        found
    }

    /// The ARNs with what each must name.
    pub(crate) fn arns(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.arns.iter().map(|(kind, arn)| (*kind, arn.as_str()))
    }

    /// The ARNs to keep.
    pub(crate) fn into_arns(self) -> Vec<String> {
        self.arns.into_iter().map(|(_, arn)| arn).collect()
    }

    fn note(&mut self, kind: Kind, arn: &str) {
        let reference = (kind, arn.to_owned());
        if !self.arns.contains(&reference) {
            self.arns.push(reference);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::RuleGroupReference(group) => self.note(Kind::RuleGroup, &group.arn),
            Statement::IpSetReference(set) => self.note(Kind::IpSet, &set.arn),
            Statement::RegexPatternSetReference(set) => self.note(Kind::RegexPatternSet, &set.arn),
            Statement::And(and) => and.statements.iter().for_each(|inner| self.statement(inner)),
            Statement::Or(or) => or.statements.iter().for_each(|inner| self.statement(inner)),
            Statement::Not(not) => self.statement(&not.statement),
            Statement::RateBased(rate) => self.optional(rate.scope_down_statement.as_deref()),
            Statement::ManagedRuleGroup(group) => {
                self.managed = true;
                self.optional(group.scope_down_statement.as_deref());
            }
            _ => {}
        }
    }

    fn optional(&mut self, statement: Option<&Statement>) {
        if let Some(statement) = statement {
            self.statement(statement);
        }
    }
}

#[cfg(test)]
mod tests {
    use haechi_waf::model::{SearchStringEncoding, rules_from_json};

    use super::*;

    #[test]
    fn references_are_found_however_deep_and_named_once() {
        let json = r#"[{"Name":"r","Priority":0,"Action":{"Block":{}},
            "VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"m"},
            "Statement":{"RateBasedStatement":{"Limit":100,"AggregateKeyType":"IP","ScopeDownStatement":{"AndStatement":{"Statements":[
                {"NotStatement":{"Statement":{"IPSetReferenceStatement":{"ARN":"set"}}}},
                {"OrStatement":{"Statements":[
                    {"IPSetReferenceStatement":{"ARN":"set"}},
                    {"RegexPatternSetReferenceStatement":{"ARN":"regex","FieldToMatch":{"UriPath":{}},
                        "TextTransformations":[{"Priority":0,"Type":"NONE"}]}}]}}]}}}}}]"#;
        let rules = rules_from_json(json.as_bytes(), SearchStringEncoding::Text).expect("rules");
        let found = References::of(&rules);
        assert!(!found.managed);
        assert_eq!(
            found.arns().collect::<Vec<_>>(),
            [(Kind::IpSet, "set"), (Kind::RegexPatternSet, "regex")]
        );
    }
}
