//! Costs as the statement pages of the developer guide give them.

use super::*;
use crate::model::{SearchStringEncoding, rules_from_json};

struct Groups;

impl GroupCapacity for Groups {
    fn rule_group(&self, arn: &str) -> Option<u64> {
        arn.ends_with("known").then_some(100)
    }

    fn managed_rule_group(&self, _: &str, name: &str, _: Option<&str>) -> Option<u64> {
        (name == "AWSManagedRulesCommonRuleSet").then_some(700)
    }
}

fn rules(statements: &[&str]) -> Vec<Rule> {
    let rules: Vec<_> = statements
        .iter()
        .enumerate()
        .map(|(nth, statement)| {
            format!(
                r#"{{"Name":"r{nth}","Priority":{nth},"Statement":{},"Action":{{"Count":{{}}}},"VisibilityConfig":{{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"m"}}}}"#,
                statement
                    .replace("$NONE", r#""TextTransformations":[{"Priority":0,"Type":"NONE"}]"#)
                    .replace("$LOWER", r#""TextTransformations":[{"Priority":0,"Type":"LOWERCASE"}]"#)
                    .replace("$TWO", r#""TextTransformations":[{"Priority":0,"Type":"LOWERCASE"},{"Priority":1,"Type":"TRIM"}]"#)
            )
        })
        .collect();
    rules_from_json(
        format!("[{}]", rules.join(",")).as_bytes(),
        SearchStringEncoding::Text,
    )
    .expect("rules")
}

const URI: &str = r#""FieldToMatch":{"UriPath":{}}"#;
const JSON: &str = r#""FieldToMatch":{"JsonBody":{"MatchPattern":{"All":{}},"MatchScope":"ALL"}}"#;
const ARGS: &str = r#""FieldToMatch":{"AllQueryArguments":{}}"#;

#[test]
fn each_statement_costs_what_its_page_says() {
    let byte = |constraint: &str, field: &str, chain: &str| {
        format!(
            r#"{{"ByteMatchStatement":{{"SearchString":"x",{field},{chain},"PositionalConstraint":"{constraint}"}}}}"#
        )
    };
    for (statement, capacity) in [
        (r#"{"GeoMatchStatement":{"CountryCodes":["KR"]}}"#.to_owned(), 1),
        (r#"{"AsnMatchStatement":{"AsnList":[1]}}"#.to_owned(), 1),
        (r#"{"LabelMatchStatement":{"Scope":"LABEL","Key":"a"}}"#.to_owned(), 1),
        (r#"{"IPSetReferenceStatement":{"ARN":"x"}}"#.to_owned(), 1),
        (
            r#"{"IPSetReferenceStatement":{"ARN":"x","IPSetForwardedIPConfig":{"HeaderName":"x","FallbackBehavior":"MATCH","Position":"FIRST"}}}"#.to_owned(),
            1,
        ),
        (
            r#"{"IPSetReferenceStatement":{"ARN":"x","IPSetForwardedIPConfig":{"HeaderName":"x","FallbackBehavior":"MATCH","Position":"ANY"}}}"#.to_owned(),
            5,
        ),
        (format!(r#"{{"SizeConstraintStatement":{{{URI},"ComparisonOperator":"GT","Size":1,$NONE}}}}"#), 1),
        (byte("EXACTLY", URI, "$NONE"), 2),
        (byte("STARTS_WITH", URI, "$NONE"), 2),
        (byte("ENDS_WITH", URI, "$NONE"), 2),
        (byte("CONTAINS", URI, "$NONE"), 10),
        (byte("CONTAINS_WORD", URI, "$NONE"), 10),
        (byte("CONTAINS", URI, "$LOWER"), 20),
        (byte("CONTAINS", URI, "$TWO"), 30),
        (byte("CONTAINS", JSON, "$LOWER"), 30),
        (byte("EXACTLY", ARGS, "$LOWER"), 22),
        (format!(r#"{{"RegexMatchStatement":{{"RegexString":"x",{URI},$NONE}}}}"#), 3),
        (format!(r#"{{"RegexPatternSetReferenceStatement":{{"ARN":"x",{URI},$NONE}}}}"#), 25),
        (format!(r#"{{"SqliMatchStatement":{{{URI},$NONE}}}}"#), 20),
        (format!(r#"{{"SqliMatchStatement":{{{URI},$NONE,"SensitivityLevel":"HIGH"}}}}"#), 30),
        (format!(r#"{{"XssMatchStatement":{{{URI},$NONE}}}}"#), 40),
        (format!(r#"{{"XssMatchStatement":{{{JSON},$NONE}}}}"#), 80),
        (r#"{"RateBasedStatement":{"Limit":100,"AggregateKeyType":"IP"}}"#.to_owned(), 2),
        (
            r#"{"RateBasedStatement":{"Limit":100,"AggregateKeyType":"CUSTOM_KEYS","CustomKeys":[{"HTTPMethod":{}},{"IP":{}}]}}"#.to_owned(),
            62,
        ),
        (
            r#"{"RateBasedStatement":{"Limit":100,"AggregateKeyType":"CUSTOM_KEYS","CustomKeys":[{"Header":{"Name":"a",$LOWER}}]}}"#.to_owned(),
            32,
        ),
        (r#"{"RuleGroupReferenceStatement":{"ARN":"known"}}"#.to_owned(), 100),
        (
            format!(
                r#"{{"ManagedRuleGroupStatement":{{"VendorName":"AWS","Name":"AWSManagedRulesCommonRuleSet","ScopeDownStatement":{}}}}}"#,
                byte("EXACTLY", URI, "$NONE")
            ),
            702,
        ),
        (format!(r#"{{"NotStatement":{{"Statement":{}}}}}"#, byte("EXACTLY", URI, "$NONE")), 2),
    ] {
        assert_eq!(check_capacity(&rules(&[&statement]), &Groups), Some(capacity), "{statement}");
    }
    assert_eq!(
        check_capacity(
            &rules(&[r#"{"RuleGroupReferenceStatement":{"ARN":"other"}}"#]),
            &Groups
        ),
        None
    );
}

/// The example of the AWS CLI's `wafv2 check-capacity`: EXACTLY 2, LOWERCASE 10, Geo 1, rate-based 2.
#[test]
fn the_example_of_the_command_line_costs_15() {
    let statement = r#"{"RateBasedStatement":{"Limit":1000,"AggregateKeyType":"IP","ScopeDownStatement":{"NotStatement":{"Statement":
        {"AndStatement":{"Statements":[
            {"ByteMatchStatement":{"SearchString":"example.com","FieldToMatch":{"SingleHeader":{"Name":"host"}},$LOWER,"PositionalConstraint":"EXACTLY"}},
            {"GeoMatchStatement":{"CountryCodes":["US","IN"]}}]}}}}}}"#;
    assert_eq!(check_capacity(&rules(&[statement]), &Groups), Some(15));
}

/// Developer guide, "Web ACL capacity units (WCUs) in AWS WAF": two rules that apply the same transformation to the
/// same component pay for it once.
#[test]
fn the_same_transformation_of_the_same_component_is_paid_for_once() {
    let of = |field: &str, chain: &str| {
        format!(r#"{{"SizeConstraintStatement":{{{field},"ComparisonOperator":"GT","Size":1,{chain}}}}}"#)
    };
    let (lower, two, args) = (of(URI, "$LOWER"), of(URI, "$TWO"), of(ARGS, "$LOWER"));
    for (statements, capacity) in [
        (vec![lower.as_str(), &lower], 12),
        (vec![&lower, &two], 22),
        (vec![&two, &lower, &two], 23),
        (vec![&lower, &args], 32),
    ] {
        assert_eq!(
            check_capacity(&rules(&statements), &Groups),
            Some(capacity),
            "{statements:?}"
        );
    }
}
