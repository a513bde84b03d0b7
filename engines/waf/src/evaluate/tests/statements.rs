//! One table per statement.

use super::*;
use crate::verdict::{ConditionType, MatchDetail, OversizeField};

fn byte(text: &str, constraint: &str, transformations: &str) -> String {
    format!(
        r#"{{"ByteMatchStatement":{{"SearchString":"{text}","FieldToMatch":{{"UriPath":{{}}}},"TextTransformations":[{transformations}],"PositionalConstraint":"{constraint}"}}}}"#
    )
}

const PLAIN: &str = r#"{"Priority":0,"Type":"NONE"}"#;

/// API reference, `ByteMatchStatement.PositionalConstraint`.
#[test]
fn byte_match() {
    for (text, constraint, path, expected) in [
        ("/a", "EXACTLY", "/a", true),
        ("/a", "EXACTLY", "/a/", false),
        ("/a", "EXACTLY", "/A", false),
        ("/a", "STARTS_WITH", "/abc", true),
        ("/a", "STARTS_WITH", "/b/a", false),
        (".php", "ENDS_WITH", "/x.php", true),
        (".php", "ENDS_WITH", "/x.php7", false),
        ("bad", "CONTAINS", "/notbadatall", true),
        ("bad", "CONTAINS", "/b-a-d", false),
        ("bad", "CONTAINS_WORD", "/bad", true),
        ("bad", "CONTAINS_WORD", "bad", true),
        ("bad", "CONTAINS_WORD", "/bad-idea", true),
        ("bad", "CONTAINS_WORD", "/bad_idea", false),
        ("bad", "CONTAINS_WORD", "/badbad/bad", true),
        ("bad", "CONTAINS_WORD", "/notbad", false),
    ] {
        let plan = blocking(&byte(text, constraint, PLAIN));
        assert_eq!(
            blocks(&plan, &get(path)),
            expected,
            "{constraint} {text} in {path}"
        );
    }
}

/// API reference, `TextTransformation.Priority`: from lowest to highest.
#[test]
fn transformations_run_in_order_of_priority() {
    let decode_then_lower = r#"{"Priority":1,"Type":"LOWERCASE"},{"Priority":0,"Type":"URL_DECODE"}"#;
    let lower_then_decode = r#"{"Priority":0,"Type":"LOWERCASE"},{"Priority":1,"Type":"URL_DECODE"}"#;
    let request = get("/%41");
    assert!(blocks(
        &blocking(&byte("/a", "EXACTLY", decode_then_lower)),
        &request
    ));
    assert!(!blocks(
        &blocking(&byte("/a", "EXACTLY", lower_then_decode)),
        &request
    ));
}

/// Developer guide, "Logical rule statements".
#[test]
fn logical_statements() {
    let (a, b) = (byte("a", "CONTAINS", PLAIN), byte("b", "CONTAINS", PLAIN));
    let rows = [
        (
            format!(r#"{{"AndStatement":{{"Statements":[{a},{b}]}}}}"#),
            [("/a", false), ("/ab", true), ("/c", false)],
        ),
        (
            format!(r#"{{"OrStatement":{{"Statements":[{a},{b}]}}}}"#),
            [("/a", true), ("/ab", true), ("/c", false)],
        ),
        (
            format!(r#"{{"NotStatement":{{"Statement":{a}}}}}"#),
            [("/a", false), ("/ab", false), ("/c", true)],
        ),
    ];
    for (statement, cases) in rows {
        let plan = blocking(&statement);
        for (path, expected) in cases {
            assert_eq!(blocks(&plan, &get(path)), expected, "{statement} on {path}");
        }
    }
}

/// Developer guide, "Size constraint rule statement".
#[test]
fn size_constraint() {
    for (operator, expected) in [
        ("EQ", [false, true, false]),
        ("NE", [true, false, true]),
        ("LE", [true, true, false]),
        ("LT", [true, false, false]),
        ("GE", [false, true, true]),
        ("GT", [false, false, true]),
    ] {
        let plan = blocking(&format!(
            r#"{{"SizeConstraintStatement":{{"FieldToMatch":{{"UriPath":{{}}}},"ComparisonOperator":"{operator}","Size":9,$T}}}}"#
        ));
        // The slash counts as one character: /logo.jpg is nine long.
        let got = ["/logo.jp", "/logo.jpg", "/logo.jpeg"].map(|path| blocks(&plan, &get(path)));
        assert_eq!(got, expected, "{operator}");
    }
}

/// The same page: a size constraint can refuse bodies that are longer than what is inspected.
#[test]
fn a_body_counts_with_its_whole_length() {
    let plan = blocking(
        r#"{"SizeConstraintStatement":{"FieldToMatch":{"Body":{"OversizeHandling":"CONTINUE"}},"ComparisonOperator":"GT","Size":8192,$T}}"#,
    );
    assert!(!blocks(&plan, &get("/").with_body(&[b'x'; 8192])));
    let request = get("/").with_body(&[b'x'; 8193]);
    let verdict = evaluate(&plan, &request);
    assert_eq!(verdict.action.as_str(), "BLOCK");
    assert_eq!(verdict.oversize_fields, [OversizeField::Body]);
}

#[test]
fn regex_match_and_pattern_set() {
    let regex = blocking(
        r#"{"RegexMatchStatement":{"RegexString":"(?i)sel[e3]ct\\s","FieldToMatch":{"UriPath":{}},$T}}"#,
    );
    let set = blocking(
        r#"{"RegexPatternSetReferenceStatement":{"ARN":"arn:aws:wafv2:us-east-1:1:regional/regexpatternset/test/1","FieldToMatch":{"UriPath":{}},$T}}"#,
    );
    assert!(blocks(&regex, &get("/SEL3CT x")));
    assert!(!blocks(&regex, &get("/selector")));
    assert!(blocks(&set, &get("/admin/x")));
    assert!(blocks(&set, &get("/x/secret1")));
    assert!(!blocks(&set, &get("/x/admin/secret")));
}

#[test]
fn injections_are_detected_and_described() {
    let sqli = blocking(
        r#"{"SqliMatchStatement":{"FieldToMatch":{"AllQueryArguments":{}},"TextTransformations":[{"Priority":0,"Type":"URL_DECODE"}],"SensitivityLevel":"HIGH"}}"#,
    );
    let request = get("/?a=1&id=1'%20OR%20'1'='1");
    let verdict = evaluate(&sqli, &request);
    assert_eq!(verdict.action.as_str(), "BLOCK");
    let [
        MatchDetail {
            condition_type,
            sensitivity_level,
            location,
            matched_data,
            matched_field_name,
        },
    ] = verdict.terminating_rule.match_details.as_slice()
    else {
        panic!("{:?}", verdict.terminating_rule);
    };
    assert_eq!(
        (*condition_type, *sensitivity_level),
        (ConditionType::SqlInjection, Some("HIGH"))
    );
    assert_eq!(
        (*location, matched_field_name.as_deref()),
        ("ALL_QUERY_ARGS", Some("id"))
    );
    assert!(!matched_data.is_empty());

    let xss = blocking(r#"{"XssMatchStatement":{"FieldToMatch":{"SingleHeader":{"Name":"Referer"}},$T}}"#);
    let list = headers(&[("referer", "<script>alert(1)</script>")]);
    let request = get("/").with_headers(&list);
    let verdict = evaluate(&xss, &request);
    assert_eq!(
        verdict.terminating_rule.match_details[0].condition_type.as_str(),
        "XSS"
    );
    assert!(!blocks(&xss, &get("/")));
}

/// Developer guide, "Geographic match rule statement" and "Forwarded IP addresses".
#[test]
fn geo_match_labels_every_request_it_looks_at() {
    let client = blocking(r#"{"GeoMatchStatement":{"CountryCodes":["KR"]}}"#);
    let verdict = evaluate(&client, &get("/"));
    assert_eq!(verdict.action.as_str(), "ALLOW");
    assert_eq!(
        verdict.labels,
        [
            "awswaf:clientip:geo:country:US",
            "awswaf:clientip:geo:region:US-OR"
        ]
    );

    let forwarded = blocking(
        r#"{"GeoMatchStatement":{"CountryCodes":["KR"],"ForwardedIPConfig":{"HeaderName":"X-Forwarded-For","FallbackBehavior":"MATCH"}}}"#,
    );
    for (value, expected, labels) in [
        (
            "198.51.100.1, 192.0.2.44",
            true,
            &[
                "awswaf:forwardedip:geo:country:KR",
                "awswaf:forwardedip:geo:region:KR-XX",
            ][..],
        ),
        (
            "203.0.113.9",
            false,
            &[
                "awswaf:forwardedip:geo:country:XX",
                "awswaf:forwardedip:geo:region:XX-XX",
            ],
        ),
        ("nonsense", true, &[]),
    ] {
        let list = headers(&[("X-Forwarded-For", value)]);
        let request = get("/").with_headers(&list);
        let verdict = evaluate(&forwarded, &request);
        assert_eq!(verdict.action.as_str() == "BLOCK", expected, "{value}");
        assert_eq!(verdict.labels, labels, "{value}");
    }
    assert!(
        !blocks(&forwarded, &get("/")),
        "without the header the rule does not apply"
    );
}

/// Developer guide, "ASN match rule statement": what is not known is ASN 0.
#[test]
fn asn_match() {
    let verdict_of = |asn: &str, request: &HttpRequest<'_>| {
        let plan = blocking(&format!(r#"{{"AsnMatchStatement":{{"AsnList":[{asn}]}}}}"#));
        let verdict = evaluate(&plan, request);
        (verdict.action.as_str(), verdict.client_asn)
    };
    assert_eq!(verdict_of("64496, 1", &get("/")), ("BLOCK", Some(64496)));
    assert_eq!(verdict_of("1", &get("/")), ("ALLOW", Some(64496)));
    let unknown = HttpRequest {
        client_ip: "203.0.113.1".parse().expect("an address"),
        ..get("/")
    };
    assert_eq!(verdict_of("0", &unknown), ("BLOCK", Some(0)));
}

/// API reference, `IPSetForwardedIPConfig`.
#[test]
fn ip_set_positions_and_fallback() {
    let arn = r#""ARN":"arn:aws:wafv2:us-east-1:1:regional/ipset/test/1""#;
    assert!(blocks(
        &blocking(&format!(r#"{{"IPSetReferenceStatement":{{{arn}}}}}"#)),
        &get("/")
    ));
    for (position, fallback, value, expected) in [
        ("FIRST", "MATCH", Some("192.0.2.1, 10.0.0.1"), true),
        ("FIRST", "MATCH", Some("10.0.0.1, 192.0.2.1"), false),
        ("LAST", "MATCH", Some("10.0.0.1, 192.0.2.1"), true),
        ("LAST", "MATCH", Some("192.0.2.1, 10.0.0.1"), false),
        ("ANY", "NO_MATCH", Some("10.0.0.1, 192.0.2.1, 10.0.0.2"), true),
        ("ANY", "NO_MATCH", Some("10.0.0.1"), false),
        ("ANY", "MATCH", None, false),
        // Of more than ten addresses, the last ten.
        (
            "ANY",
            "NO_MATCH",
            Some(
                "192.0.2.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1",
            ),
            false,
        ),
        (
            "ANY",
            "NO_MATCH",
            Some(
                "10.0.0.1, 192.0.2.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1",
            ),
            true,
        ),
        // A separator other than a comma makes the addresses malformed.
        ("FIRST", "MATCH", Some("10.0.0.1; 192.0.2.1"), true),
        ("FIRST", "NO_MATCH", Some("192.0.2.1; 10.0.0.1"), false),
        ("FIRST", "MATCH", Some("bogus"), true),
        ("FIRST", "NO_MATCH", Some("bogus"), false),
        ("FIRST", "MATCH", None, false),
        ("LAST", "MATCH", Some("10.0.0.1, [2001:db8::1]:443"), false),
        ("LAST", "MATCH", Some("10.0.0.1, 192.0.2.1:8080"), true),
    ] {
        let plan = blocking(&format!(
            r#"{{"IPSetReferenceStatement":{{{arn},"IPSetForwardedIPConfig":{{"HeaderName":"x-forwarded-for","FallbackBehavior":"{fallback}","Position":"{position}"}}}}}}"#
        ));
        let list = value
            .map(|value| headers(&[("X-Forwarded-For", value)]))
            .unwrap_or_default();
        assert_eq!(
            blocks(&plan, &get("/").with_headers(&list)),
            expected,
            "{position} {fallback} {value:?}"
        );
    }
}

#[test]
fn replacing_a_set_reaches_the_plan() {
    struct One(Arc<SharedIpSet>);
    impl Resolver for One {
        fn rule_group(&self, _: &str) -> Option<Arc<RuleGroup>> {
            None
        }
        fn managed_rule_group(
            &self,
            _: &str,
            _: &str,
            _: Option<&str>,
            _: &[ManagedRuleGroupConfig],
        ) -> Option<Arc<ManagedRuleGroup>> {
            None
        }
        fn ip_set(&self, _: &str) -> Option<Arc<SharedIpSet>> {
            Some(Arc::clone(&self.0))
        }
        fn regex_pattern_set(&self, _: &str) -> Option<Arc<SharedPatternSet>> {
            None
        }
    }
    let set = |block: &str| IpSet::new(IpAddressVersion::V4, &[block]).expect("a set");
    let shared = Arc::new(SharedIpSet::new(set("10.0.0.0/8")));
    let statement = r#"{"IPSetReferenceStatement":{"ARN":"arn:aws:wafv2:us-east-1:1:regional/ipset/one/1"}}"#;
    let acl = acl(&[rule("r", 0, statement, r#""Action":{"Block":{}}"#)]);
    let plan = Plan::compile(&acl, "1", &One(Arc::clone(&shared))).expect("a plan");
    assert!(!blocks(&plan, &get("/")));
    shared.store(set("192.0.2.44/32"));
    assert!(blocks(&plan, &get("/")));
}

#[test]
fn labels_of_earlier_rules_can_be_matched() {
    let label = r#"{"LabelMatchStatement":{"Scope":"LABEL","Key":"team:flag"}}"#;
    let adds = rule(
        "adds",
        5,
        &byte("/a", "STARTS_WITH", PLAIN),
        r#""Action":{"Count":{}},"RuleLabels":[{"Name":"team:flag"}]"#,
    );
    let looks = |priority| rule("looks", priority, label, r#""Action":{"Block":{}}"#);
    let after = compile(&acl(&[looks(6), adds.clone()]));
    let before = compile(&acl(&[looks(4), adds]));
    let request = get("/a");
    let verdict = evaluate(&after, &request);
    assert_eq!(verdict.terminating_rule.rule_id, "looks");
    assert_eq!(verdict.labels, ["awswaf:111122223333:webacl:acl:team:flag"]);
    assert_eq!(verdict.non_terminating[0].rule_id, "adds");
    assert!(!blocks(&before, &request));
    assert!(!blocks(&after, &get("/b")));
}

#[test]
fn many_statements_on_one_slot_keep_their_own_answers() {
    let rules: Vec<_> = (0..100)
        .map(|n| {
            rule(
                &format!("r{n}"),
                n,
                &byte(&format!("needle-{n:03}-end"), "CONTAINS", PLAIN),
                r#""Action":{"Count":{}}"#,
            )
        })
        .collect();
    let plan = compile(&acl(&rules));
    assert_eq!(plan.slot_count(), 1);
    let matched = |path: &str| {
        let request = get(path);
        evaluate(&plan, &request)
            .non_terminating
            .iter()
            .map(|m| m.rule_id.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(matched("/needle-007-end/needle-099-end"), ["r7", "r99"]);
    // The prefilter ignores case and sees only the head of a literal; the statement does not.
    assert!(matched("/NEEDLE-007-END/needle-008-en").is_empty());
}
