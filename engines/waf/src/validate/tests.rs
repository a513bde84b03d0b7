//! One row per check; `null` members and the like are the model's business.

use super::*;
use crate::model::{SearchStringEncoding, rules_from_json};

const VISIBILITY: &str =
    r#""VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"m"}"#;

fn check(rules_json: &str, place: Place) -> Result {
    let json = rules_json
        .replace("$V", VISIBILITY)
        .replace("$T", r#""TextTransformations":[{"Priority":0,"Type":"NONE"}]"#);
    let list = rules_from_json(json.as_bytes(), SearchStringEncoding::Text).expect(&json);
    rules(&list, &CustomResponseBodies::new(), place)
}

fn statement_in_rule(statement: &str) -> String {
    format!(r#"[{{"Name":"r","Priority":0,"Statement":{statement},"Action":{{"Block":{{}}}},$V}}]"#)
}

const BYTE: &str = r#"{"ByteMatchStatement":{"SearchString":"x","FieldToMatch":{"UriPath":{}},$T,"PositionalConstraint":"CONTAINS"}}"#;

#[test]
fn what_the_service_refuses_names_its_field() {
    let rows: &[(&str, Field, &str)] = &[
        (
            r#"{"AndStatement":{"Statements":[$B]}}"#,
            Field::AndStatement,
            "AndStatement",
        ),
        (
            r#"{"OrStatement":{"Statements":[$B]}}"#,
            Field::OrStatement,
            "OrStatement",
        ),
        (
            r#"{"NotStatement":{"Statement":{"AndStatement":{"Statements":[]}}}}"#,
            Field::AndStatement,
            "AndStatement",
        ),
        (
            r#"{"NotStatement":{"Statement":{"RateBasedStatement":{"Limit":100,"AggregateKeyType":"IP"}}}}"#,
            Field::Statement,
            "RateBasedStatement",
        ),
        (
            r#"{"NotStatement":{"Statement":{"ManagedRuleGroupStatement":{"VendorName":"AWS","Name":"x"}}}}"#,
            Field::Statement,
            "ManagedRuleGroupStatement",
        ),
        (
            r#"{"RateBasedStatement":{"Limit":9,"AggregateKeyType":"IP"}}"#,
            Field::RateBasedStatement,
            "9",
        ),
        (
            r#"{"RateBasedStatement":{"Limit":10,"AggregateKeyType":"IP","EvaluationWindowSec":90}}"#,
            Field::RateBasedStatement,
            "90",
        ),
        (
            r#"{"RateBasedStatement":{"Limit":10,"AggregateKeyType":"FORWARDED_IP"}}"#,
            Field::ForwardedIpConfig,
            "ForwardedIPConfig",
        ),
        (
            r#"{"RateBasedStatement":{"Limit":10,"AggregateKeyType":"CONSTANT"}}"#,
            Field::ScopeDown,
            "ScopeDownStatement",
        ),
        (
            r#"{"RateBasedStatement":{"Limit":10,"AggregateKeyType":"CUSTOM_KEYS"}}"#,
            Field::CustomKeys,
            "CustomKeys",
        ),
        (
            r#"{"RateBasedStatement":{"Limit":10,"AggregateKeyType":"CUSTOM_KEYS","CustomKeys":[{"IP":{}}]}}"#,
            Field::CustomKeys,
            "CustomKeys",
        ),
        (
            r#"{"GeoMatchStatement":{"CountryCodes":["kr"]}}"#,
            Field::GeoMatchStatement,
            "kr",
        ),
        (
            r#"{"ByteMatchStatement":{"SearchString":"","FieldToMatch":{"UriPath":{}},$T,"PositionalConstraint":"EXACTLY"}}"#,
            Field::ByteMatchStatement,
            "SearchString",
        ),
        (
            r#"{"ByteMatchStatement":{"SearchString":"a b","FieldToMatch":{"UriPath":{}},$T,"PositionalConstraint":"CONTAINS_WORD"}}"#,
            Field::ByteMatchStatement,
            "SearchString",
        ),
        (
            r#"{"ByteMatchStatement":{"SearchString":"a","FieldToMatch":{"JA3Fingerprint":{"FallbackBehavior":"MATCH"}},$T,"PositionalConstraint":"CONTAINS"}}"#,
            Field::FieldToMatch,
            "Fingerprint",
        ),
        (
            r#"{"XssMatchStatement":{"FieldToMatch":{"SingleQueryArgument":{"Name":"0123456789012345678901234567890"}},$T}}"#,
            Field::SingleQueryArgument,
            "0123456789012345678901234567890",
        ),
        (
            r#"{"XssMatchStatement":{"FieldToMatch":{"Body":{}},"TextTransformations":[]}}"#,
            Field::TextTransformation,
            "TextTransformations",
        ),
        (
            r#"{"XssMatchStatement":{"FieldToMatch":{"Body":{}},"TextTransformations":[{"Priority":1,"Type":"NONE"},{"Priority":1,"Type":"LOWERCASE"}]}}"#,
            Field::TextTransformation,
            "1",
        ),
        (
            r#"{"XssMatchStatement":{"FieldToMatch":{"Body":{}},"TextTransformations":[{"Priority":0,"Type":"HAECHI_BASE64_TEXT"}]}}"#,
            Field::TextTransformation,
            "HAECHI_BASE64_TEXT",
        ),
        (
            r#"{"XssMatchStatement":{"FieldToMatch":{"AllQueryArguments":{}},$T,"PreParseTextTransformations":[{"Priority":0,"Type":"HAECHI_ARGUMENT_NAMES"}]}}"#,
            Field::PreParseTextTransformation,
            "HAECHI_ARGUMENT_NAMES",
        ),
        (
            r#"{"XssMatchStatement":{"FieldToMatch":{"Body":{}},$T,"PreParseTextTransformations":[{"Priority":0,"Type":"URL_DECODE"}]}}"#,
            Field::PreParseTextTransformation,
            "FieldToMatch",
        ),
        (
            r#"{"XssMatchStatement":{"FieldToMatch":{"JsonBody":{"MatchPattern":{"IncludedPaths":["a"]},"MatchScope":"ALL"}},$T}}"#,
            Field::JsonMatchPattern,
            "a",
        ),
    ];
    for (statement, field, parameter) in rows {
        let json = statement_in_rule(&statement.replace("$B", BYTE));
        let error = check(&json, Place::WebAcl).expect_err(statement);
        assert_eq!(
            (error.field, error.parameter.as_str()),
            (*field, *parameter),
            "{statement}"
        );
    }
}

#[test]
fn rules_are_checked_against_each_other_and_their_actions() {
    let rule = |name: &str, priority: u32, rest: &str| {
        format!(r#"{{"Name":"{name}","Priority":{priority},"Statement":{BYTE},{rest},$V}}"#)
    };
    let block = r#""Action":{"Block":{}}"#;
    let group = r#"{"Name":"g","Priority":0,"Statement":{"RuleGroupReferenceStatement":{"ARN":"arn:aws:wafv2:us-east-1:1:regional/rulegroup/g/1"}},"OverrideAction":{"None":{}},$V}"#;
    type Row<'a> = (String, Place, Option<(Field, &'a str)>);
    let rows: &[Row<'_>] = &[
        (
            format!("[{},{}]", rule("a", 0, block), rule("b", 1, block)),
            Place::WebAcl,
            None,
        ),
        (
            format!("[{},{}]", rule("a", 0, block), rule("a", 1, block)),
            Place::WebAcl,
            Some((Field::Rule, "a")),
        ),
        (
            format!("[{},{}]", rule("a", 7, block), rule("b", 7, block)),
            Place::WebAcl,
            Some((Field::Rule, "7")),
        ),
        (
            format!("[{}]", rule("a", 0, r#""OverrideAction":{"None":{}}"#)),
            Place::WebAcl,
            Some((Field::RuleAction, "a")),
        ),
        (format!("[{group}]"), Place::WebAcl, None),
        (
            format!("[{group}]"),
            Place::RuleGroup,
            Some((Field::Statement, "RuleGroupReferenceStatement")),
        ),
        (
            format!("[{}]", group.replace("\"OverrideAction\":{\"None\":{}}", block)),
            Place::WebAcl,
            Some((Field::OverrideAction, "g")),
        ),
        (
            format!(
                "[{}]",
                rule(
                    "a",
                    0,
                    r#""Action":{"Block":{"CustomResponse":{"ResponseCode":199}}}"#
                )
            ),
            Place::WebAcl,
            Some((Field::CustomResponse, "199")),
        ),
        (
            format!(
                "[{}]",
                rule(
                    "a",
                    0,
                    r#""Action":{"Block":{"CustomResponse":{"ResponseCode":403,"CustomResponseBodyKey":"k"}}}"#
                )
            ),
            Place::WebAcl,
            Some((Field::CustomResponseBody, "k")),
        ),
        (
            format!(
                "[{}]",
                rule(
                    "a",
                    0,
                    &format!(r#"{block},"RuleLabels":[{{"Name":"ns:awswaf"}}]"#)
                )
            ),
            Place::WebAcl,
            Some((Field::Rule, "ns:awswaf")),
        ),
        (
            format!(
                "[{}]",
                rule(
                    "a",
                    0,
                    &format!(r#"{block},"RuleLabels":[{{"Name":"1:2:3:4:5:6:7"}}]"#)
                )
            ),
            Place::WebAcl,
            Some((Field::Rule, "1:2:3:4:5:6:7")),
        ),
    ];
    for (json, place, expected) in rows {
        let got = check(json, *place);
        let got = got
            .as_ref()
            .err()
            .map(|error| (error.field, error.parameter.as_str()));
        assert_eq!(got, *expected, "{json}");
    }
    let allow = r#"[{"Name":"r","Priority":0,"Statement":{"RateBasedStatement":{"Limit":10,"AggregateKeyType":"IP"}},"Action":{"Allow":{}},$V}]"#;
    assert_eq!(
        check(allow, Place::WebAcl).expect_err("Allow").field,
        Field::RuleAction
    );
}
