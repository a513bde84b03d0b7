//! The tables of "JSON policy elements: Condition operators" and "Multivalued context keys" in the IAM user guide.

use super::*;

/// Whether `operator` holds for a request that has `actual` (none: an absent key) against `expected`.
fn met(operator: &str, expected: &[&str], actual: Option<&[&str]>) -> bool {
    let values = expected.iter().map(|value| (*value).to_owned()).collect();
    let condition = Condition::compile(operator, "Test:Key", values, true).expect("a known operator");
    let context = match actual {
        None => Context::new(),
        Some(values) => Context::new().with("test:key", values),
    };
    condition.is_met(&context)
}

fn one(operator: &str, expected: &str, actual: &str) -> bool {
    met(operator, &[expected], Some(&[actual]))
}

#[test]
fn single_values_compare_by_the_operator() {
    let rows = [
        ("StringEquals", "a", "a", true),
        ("StringEquals", "a", "A", false),
        ("StringEquals", "a*", "ab", false),
        ("StringNotEquals", "a", "b", true),
        ("StringEqualsIgnoreCase", "aB", "Ab", true),
        ("StringNotEqualsIgnoreCase", "aB", "Ab", false),
        ("StringLike", "home/*/x?", "home/ana/x1", true),
        ("StringLike", "Home/*", "home/", false),
        ("StringNotLike", "a*", "abc", false),
        ("NumericEquals", "10", "10.0", true),
        ("NumericEquals", "9007199254740993", "9007199254740992", false),
        ("NumericNotEquals", "10", "11", true),
        ("NumericLessThan", "10", "9.5", true),
        ("NumericLessThan", "10", "10", false),
        ("NumericLessThanEquals", "10", "10", true),
        ("NumericGreaterThan", "-1", "0", true),
        ("NumericGreaterThanEquals", "10", "9", false),
        ("NumericEquals", "10", "ten", false),
        ("NumericEquals", "inf", "inf", false),
        ("DateEquals", "2026-11-23T00:00:00Z", "2026-11-23", true),
        (
            "DateEquals",
            "2026-11-23T09:00:00+09:00",
            "2026-11-23T00:00:00Z",
            true,
        ),
        ("DateEquals", "1795392000", "2026-11-23T00:00:00Z", true),
        ("DateNotEquals", "2026-11-23", "2026-11-24", true),
        (
            "DateLessThan",
            "2026-11-23T12:00:00Z",
            "2026-11-23T11:59:59.999Z",
            true,
        ),
        (
            "DateLessThanEquals",
            "2026-11-23T12:00:00Z",
            "20261123T120000Z",
            true,
        ),
        ("DateGreaterThan", "2026-11", "2026-11-01T00:00:01Z", true),
        (
            "DateGreaterThanEquals",
            "2026-12-01",
            "2026-11-30T23:59:59Z",
            false,
        ),
        ("DateGreaterThan", "2026-11-01", "yesterday", false),
        ("Bool", "true", "TRUE", true),
        ("Bool", "true", "false", false),
        ("Bool", "yes", "yes", false),
        (
            "BinaryEquals",
            "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
            "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
            true,
        ),
        ("BinaryEquals", "QmluYXJ5", "Qmlu", false),
        ("IpAddress", "203.0.113.0/24", "203.0.113.255", true),
        ("IpAddress", "203.0.113.0/24", "203.0.114.0", false),
        ("IpAddress", "203.0.113.7", "203.0.113.7", true),
        ("IpAddress", "203.0.113.7", "203.0.113.8", false),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", false),
        (
            "IpAddress",
            "2001:DB8:1234:5678::/64",
            "2001:db8:1234:5678:1::",
            true,
        ),
        (
            "IpAddress",
            "2001:DB8:1234:5678::/64",
            "2001:db8:1234:5679::",
            false,
        ),
        ("IpAddress", "::/0", "2001:db8::1", true),
        ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", true),
        ("NotIpAddress", "203.0.113.0/24", "ec2.amazonaws.com", true),
        (
            "ArnEquals",
            "arn:aws:sns:*:111122223333:t",
            "arn:aws:sns:eu-north-1:111122223333:t",
            true,
        ),
        (
            "ArnLike",
            "arn:aws:sns:*:111122223333:t?",
            "arn:aws:sns:eu-north-1:111122223333:t1",
            true,
        ),
        (
            "ArnNotEquals",
            "arn:aws:sns:*:*:t",
            "arn:aws:sns:eu-north-1:111122223333:t",
            false,
        ),
        (
            "ArnNotLike",
            "arn:aws:sns:*:*:t",
            "arn:aws:sns:eu-north-1:111122223333:u",
            true,
        ),
    ];
    for (operator, expected, actual, holds) in rows {
        assert_eq!(
            one(operator, expected, actual),
            holds,
            "{operator} {expected} on {actual}"
        );
    }
}

#[test]
fn an_absent_key_meets_negated_operators_only() {
    for operator in Operator::ALL
        .iter()
        .filter(|operator| **operator != Operator::Null)
    {
        let value = if operator.is_date() { "2026-11-23" } else { "10" };
        assert_eq!(
            met(operator.name(), &[value], None),
            operator.is_negated(),
            "{operator}"
        );
    }
}

#[test]
fn if_exists_is_met_by_an_absent_key_and_compares_a_present_one() {
    for operator in Operator::ALL
        .iter()
        .filter(|operator| **operator != Operator::Null)
    {
        let name = format!("{operator}IfExists");
        assert!(met(&name, &["10"], None), "{name}");
    }
    assert!(one("StringEqualsIfExists", "a", "a"));
    assert!(!one("StringEqualsIfExists", "a", "b"));
    assert!(!one("StringNotEqualsIfExists", "a", "a"));
}

#[test]
fn null_asks_whether_the_key_is_there() {
    assert!(met("Null", &["true"], None));
    assert!(!met("Null", &["true"], Some(&["x"])));
    assert!(met("Null", &["false"], Some(&["x"])));
    assert!(!met("Null", &["false"], None));
    assert!(
        met("Null", &["true"], Some(&[])),
        "an empty list is an absent key"
    );
}

#[test]
fn several_values_of_a_policy_are_alternatives_and_none_of_them_if_negated() {
    assert!(met("StringEquals", &["a", "b"], Some(&["b"])));
    assert!(!met("StringNotEquals", &["a", "b"], Some(&["b"])));
    assert!(met("StringNotEquals", &["a", "b"], Some(&["c"])));
    assert!(!met("StringEquals", &[], Some(&["b"])));
}

#[test]
fn for_all_values_wants_every_value_to_match() {
    let expected = ["PostDateTime", "Message", "Tags"];
    let rows: [(&[&str], bool); 4] = [
        (&["PostDateTime", "Message"], true),
        (&["PostDateTime", "UserName"], false),
        (&[], true),
        (&[""], true),
    ];
    for (actual, holds) in rows {
        assert_eq!(
            met("ForAllValues:StringLike", &expected, Some(actual)),
            holds,
            "{actual:?}"
        );
    }
    assert!(met("ForAllValues:StringEquals", &expected, None));
}

#[test]
fn for_any_value_wants_one_value_to_match() {
    let expected = ["ID", "PostDateTime"];
    let rows: [(&[&str], bool); 4] = [
        (&["UserName", "Message", "PostDateTime"], true),
        (&["UserName"], false),
        (&[], false),
        (&[""], false),
    ];
    for (actual, holds) in rows {
        assert_eq!(
            met("ForAnyValue:StringEquals", &expected, Some(actual)),
            holds,
            "{actual:?}"
        );
    }
    assert!(!met("ForAnyValue:StringEquals", &expected, None));
    assert!(met("ForAnyValue:StringEqualsIfExists", &expected, None));
}

#[test]
fn negated_set_operators_test_each_value_by_itself() {
    assert!(met("ForAllValues:StringNotEquals", &["a"], Some(&["b", "c"])));
    assert!(!met("ForAllValues:StringNotEquals", &["a"], Some(&["a", "c"])));
    assert!(met("ForAnyValue:StringNotEquals", &["a"], Some(&["a", "c"])));
    assert!(!met("ForAnyValue:StringNotEquals", &["a"], Some(&["a"])));
    assert!(!met("ForAnyValue:StringNotEquals", &["a"], None));
}

#[test]
fn a_variable_without_a_value_holds_neither_way() {
    assert!(!one("StringEquals", "${aws:PrincipalTag/none}", "x"));
    assert!(!one("StringNotEquals", "${aws:PrincipalTag/none}", "x"));
    assert!(met(
        "StringEquals",
        &["x", "${aws:PrincipalTag/none}"],
        Some(&["x"])
    ));
    assert!(
        met("StringNotEquals", &["${aws:PrincipalTag/none}"], None),
        "the key itself is absent"
    );
}

#[test]
fn variables_fill_text_arn_and_boolean_values() {
    let context = Context::new()
        .with("test:key", "arn:aws:iam::1:user/ana")
        .with("aws:username", "ana")
        .with("b:b", true);
    let condition = |operator: &str, value: &str| {
        Condition::compile(operator, "test:key", vec![value.to_owned()], true).expect("a known operator")
    };
    assert!(condition("ArnEquals", "arn:aws:iam::*:user/${aws:username}").is_met(&context));
    assert!(condition("StringLike", "*/${aws:username}").is_met(&context));
    let boolean =
        Condition::compile("Bool", "b:b", vec!["${b:b}".to_owned()], true).expect("a known operator");
    assert!(boolean.is_met(&context));
}

#[test]
fn operators_parse_with_qualifier_and_suffix() {
    assert_eq!(
        Operator::parse("ForAnyValue:StringLikeIfExists"),
        Some((Quantifier::ForAnyValue, Operator::StringLike, true))
    );
    for unknown in [
        "stringequals",
        "NullIfExists",
        "ForSome:StringLike",
        "ForAnyValue:",
        "String",
        "",
    ] {
        assert_eq!(Operator::parse(unknown), None, "{unknown}");
    }
}

#[test]
fn dates_outside_the_calendar_are_no_dates() {
    for text in [
        "2026-13-01",
        "2026-00-01",
        "2026-01-32",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "x",
        "2026-1-1-1",
        "-",
        "T",
        "2026-01-01T00:00:00+99:00",
    ] {
        assert!(!is_date(text), "{text}");
    }
    for text in [
        "2026",
        "2026-11",
        "2026-11-23",
        "2026-11-23T10:00Z",
        "-0001-01-01",
        "0",
    ] {
        assert!(is_date(text), "{text}");
    }
}

#[test]
fn leap_days_and_eras_count_right() {
    let days = |left: &str, right: &str| {
        (Instant::parse(right).expect("a date").0 - Instant::parse(left).expect("a date").0)
            / 86_400_000_000_000
    };
    assert_eq!(days("1970-01-01", "2026-11-23"), 20_780);
    assert_eq!(days("2024-02-28", "2024-03-01"), 2);
    assert_eq!(days("1900-02-28", "1900-03-01"), 1);
    assert_eq!(days("1969-12-31", "1970-01-01"), 1);
}
