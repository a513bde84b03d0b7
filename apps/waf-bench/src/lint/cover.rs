//! Proofs that one statement matches whenever another does.

use haechi_waf::model::{
    ByteMatchStatement, ComparisonOperator, FieldToMatch, LabelMatchScope, PositionalConstraint,
    SizeConstraintStatement, Statement,
};

use crate::sources::children;

/// Whether every request that matches `narrow` also matches `wide`; `false` where that can't be shown. Both are
/// asked at the same moment: labels that come between two rules are for the caller to think of.
pub(super) fn covers(wide: &Statement, narrow: &Statement) -> bool {
    if always(wide) || (is_pure(wide) && wide == narrow) {
        return true;
    }
    // What is narrow by its parts.
    let by_narrow = match narrow {
        Statement::And(and) => and.statements.iter().any(|part| covers(wide, part)),
        Statement::Or(or) => or.statements.iter().all(|part| covers(wide, part)),
        Statement::RateBased(rate) => rate
            .scope_down_statement
            .as_deref()
            .is_some_and(|scope| covers(wide, scope)),
        Statement::ManagedRuleGroup(group) => group
            .scope_down_statement
            .as_deref()
            .is_some_and(|scope| covers(wide, scope)),
        _ => false,
    };
    by_narrow
        || match (wide, narrow) {
            (Statement::Or(or), _) => or.statements.iter().any(|part| covers(part, narrow)),
            (Statement::And(and), _) => and.statements.iter().all(|part| covers(part, narrow)),
            (Statement::Not(wide), Statement::Not(narrow)) => covers(&narrow.statement, &wide.statement),
            (Statement::ByteMatch(wide), Statement::ByteMatch(narrow)) => bytes(wide, narrow),
            (Statement::SizeConstraint(wide), Statement::SizeConstraint(narrow)) => size(wide, narrow),
            (Statement::GeoMatch(wide), Statement::GeoMatch(narrow)) => {
                wide.forwarded_ip_config == narrow.forwarded_ip_config
                    && narrow
                        .country_codes
                        .iter()
                        .all(|code| wide.country_codes.contains(code))
            }
            (Statement::AsnMatch(wide), Statement::AsnMatch(narrow)) => {
                wide.forwarded_ip_config == narrow.forwarded_ip_config
                    && narrow
                        .asn_list
                        .iter()
                        .all(|number| wide.asn_list.contains(number))
            }
            // Keys that are not complete are looked for at the end of labels; a namespace then says nothing of them.
            (Statement::LabelMatch(wide), Statement::LabelMatch(narrow)) => {
                wide.scope == LabelMatchScope::Namespace
                    && wide.key.starts_with("awswaf:")
                    && narrow.key.starts_with(&wide.key)
            }
            _ => false,
        }
}

/// Whether the same request gets the same answer every time.
fn is_pure(statement: &Statement) -> bool {
    !matches!(
        statement,
        Statement::RateBased(_) | Statement::ManagedRuleGroup(_) | Statement::RuleGroupReference(_)
    ) && children(statement).into_iter().all(is_pure)
}

/// Whether the answer depends on labels.
pub(super) fn reads_labels(statement: &Statement) -> bool {
    matches!(statement, Statement::LabelMatch(_)) || children(statement).into_iter().any(reads_labels)
}

/// Every request has a path and a method, and none is shorter than nothing.
fn always(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::SizeConstraint(SizeConstraintStatement {
            field_to_match: FieldToMatch::UriPath(_) | FieldToMatch::Method(_),
            comparison_operator: ComparisonOperator::Ge,
            size: 0,
            ..
        })
    )
}

fn bytes(wide: &ByteMatchStatement, narrow: &ByteMatchStatement) -> bool {
    use PositionalConstraint::{Contains, EndsWith, Exactly, StartsWith};
    if wide.field_to_match != narrow.field_to_match
        || wide.text_transformations != narrow.text_transformations
        || wide.pre_parse_text_transformations != narrow.pre_parse_text_transformations
    {
        return false;
    }
    let (Some(part), Some(whole)) = (wide.search_string.bytes(), narrow.search_string.bytes()) else {
        return false;
    };
    match (wide.positional_constraint, narrow.positional_constraint) {
        (Contains, _) => memchr::memmem::find(whole, part).is_some(),
        (StartsWith, Exactly | StartsWith) => whole.starts_with(part),
        (EndsWith, Exactly | EndsWith) => whole.ends_with(part),
        (Exactly, Exactly) => part == whole,
        _ => false,
    }
}

fn size(wide: &SizeConstraintStatement, narrow: &SizeConstraintStatement) -> bool {
    if wide.field_to_match != narrow.field_to_match
        || wide.text_transformations != narrow.text_transformations
        || wide.pre_parse_text_transformations != narrow.pre_parse_text_transformations
    {
        return false;
    }
    match (range(wide), range(narrow)) {
        (Some((low, high)), Some((from, to))) => low <= from && to <= high,
        _ => false,
    }
}

/// The sizes that match, where they are in one piece.
fn range(statement: &SizeConstraintStatement) -> Option<(u64, u64)> {
    let size = statement.size;
    Some(match statement.comparison_operator {
        ComparisonOperator::Eq => (size, size),
        ComparisonOperator::Ge => (size, u64::MAX),
        ComparisonOperator::Gt => (size.checked_add(1)?, u64::MAX),
        ComparisonOperator::Le => (0, size),
        ComparisonOperator::Lt => (0, size.checked_sub(1)?),
        ComparisonOperator::Ne => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use haechi_waf::model::SearchStringEncoding;
    use serde_json::{Value, json};

    fn statement(json: Value) -> Statement {
        let rule = json!([{"Name": "r", "Priority": 0, "Statement": json, "Action": {"Block": {}},
            "VisibilityConfig": {"SampledRequestsEnabled": false, "CloudWatchMetricsEnabled": false, "MetricName": "r"}}]);
        let mut rules =
            haechi_waf::model::rules_from_json(rule.to_string().as_bytes(), SearchStringEncoding::Text);
        rules.as_mut().unwrap().remove(0).statement
    }

    fn path(position: &str, text: &str) -> Value {
        json!({"ByteMatchStatement": {"SearchString": text, "PositionalConstraint": position,
            "FieldToMatch": {"UriPath": {}}, "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}})
    }

    fn size(operator: &str, size: u64) -> Value {
        json!({"SizeConstraintStatement": {"ComparisonOperator": operator, "Size": size,
            "FieldToMatch": {"QueryString": {}}, "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}})
    }

    fn geo(codes: &[&str]) -> Value {
        json!({"GeoMatchStatement": {"CountryCodes": codes}})
    }

    #[test]
    fn wider_statements_cover_narrower_ones_and_not_the_other_way_round() {
        let and = |parts: Value| json!({"AndStatement": {"Statements": parts}});
        let or = |parts: Value| json!({"OrStatement": {"Statements": parts}});
        let not = |part: Value| json!({"NotStatement": {"Statement": part}});
        for (wide, narrow) in [
            (path("STARTS_WITH", "/a"), path("STARTS_WITH", "/ab")),
            (path("STARTS_WITH", "/a"), path("EXACTLY", "/a/b")),
            (path("CONTAINS", "b"), path("ENDS_WITH", "abc")),
            (path("CONTAINS", "b"), path("CONTAINS_WORD", "abc")),
            (size("GT", 9), size("GE", 11)),
            (size("LE", 9), size("LT", 9)),
            (geo(&["KR", "US"]), geo(&["KR"])),
            (
                or(json!([geo(&["KR"]), path("CONTAINS", "b")])),
                path("EXACTLY", "/b"),
            ),
            (
                path("CONTAINS", "b"),
                and(json!([path("EXACTLY", "/b"), geo(&["KR"])])),
            ),
            (not(path("EXACTLY", "/ab")), not(path("STARTS_WITH", "/a"))),
            (
                path("STARTS_WITH", "/a"),
                or(json!([path("EXACTLY", "/a"), path("EXACTLY", "/ab")])),
            ),
        ] {
            let (wide, narrow) = (statement(wide), statement(narrow));
            assert!(covers(&wide, &narrow), "{wide:?} {narrow:?}");
            assert!(!covers(&narrow, &wide), "{narrow:?} {wide:?}");
        }
    }

    #[test]
    fn what_differs_in_field_or_transformation_is_not_compared() {
        let mut lowered = path("STARTS_WITH", "/a");
        lowered["ByteMatchStatement"]["TextTransformations"][0]["Type"] = "LOWERCASE".into();
        assert!(!covers(
            &statement(lowered),
            &statement(path("STARTS_WITH", "/a"))
        ));
        assert!(!covers(&statement(size("NE", 5)), &statement(size("GT", 5))));
    }
}
