use super::*;
use crate::sources::References;
use haechi_waf::model::{SearchStringEncoding, WebAcl};

fn visibility(metric: &str) -> Value {
    json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": metric})
}

fn rule(name: &str, priority: u32, action: Value, statement: Value) -> Value {
    json!({"Name": name, "Priority": priority, "Action": action, "Statement": statement,
        "VisibilityConfig": visibility(name)})
}

fn block() -> Value {
    json!({"Block": {}})
}

fn matching(field: Value, position: &str, text: &str, transformations: &[&str]) -> Value {
    let steps: Vec<Value> = (0..)
        .zip(transformations)
        .map(|(n, t)| json!({"Priority": n, "Type": t}))
        .collect();
    json!({"ByteMatchStatement": {"SearchString": text, "PositionalConstraint": position, "FieldToMatch": field,
        "TextTransformations": steps}})
}

fn path(position: &str, text: &str, transformations: &[&str]) -> Value {
    matching(json!({"UriPath": {}}), position, text, transformations)
}

fn regex(expression: &str, transformations: &[&str]) -> Value {
    let steps: Vec<Value> = (0..)
        .zip(transformations)
        .map(|(n, t)| json!({"Priority": n, "Type": t}))
        .collect();
    json!({"RegexMatchStatement": {"RegexString": expression, "FieldToMatch": {"UriPath": {}},
        "TextTransformations": steps}})
}

fn label(key: &str) -> Value {
    json!({"LabelMatchStatement": {"Scope": "LABEL", "Key": key}})
}

fn managed(name: &str, priority: u32, group: &str) -> Value {
    json!({"Name": name, "Priority": priority, "OverrideAction": {"None": {}}, "VisibilityConfig": visibility(name),
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": group}}})
}

/// The findings on a web ACL that allows by default: id and rule.
fn found(rules: &Value) -> Vec<(&'static str, String)> {
    let acl = json!({"Name": "acl", "DefaultAction": {"Allow": {}}, "Rules": rules,
        "VisibilityConfig": visibility("acl")});
    let acl = WebAcl::from_json(acl.to_string().as_bytes(), SearchStringEncoding::Text).unwrap();
    let (document, sources) = (
        Rules::WebAcl(Box::new(acl)),
        Sources::read(&References::default()).unwrap(),
    );
    check(Path::new("acl.json"), &document).unwrap();
    let mut subject = Subject::new(&document, &sources);
    for check in [
        reach::check,
        labels::check,
        matching::check,
        oversize::check,
        groups::check,
        addresses::check,
        text::check,
    ] {
        check(&mut subject);
    }
    let name = |finding: Finding| (finding.id, finding.rule.unwrap_or_default());
    subject.findings.into_iter().map(name).collect()
}

fn has(rules: &Value, id: &str, rule: &str) -> bool {
    found(rules).contains(&(
        match found(rules).iter().find(|(known, _)| *known == id) {
            Some((known, _)) => known,
            None => return false,
        },
        rule.to_owned(),
    ))
}

#[test]
fn a_rule_behind_a_wider_one_that_decides_is_shadowed_and_one_behind_a_counting_rule_is_not() {
    let decode = ["URL_DECODE"];
    let narrow = rule("narrow", 1, block(), path("STARTS_WITH", "/admin/x", &decode));
    let wide = |action: Value| rule("wide", 0, action, path("STARTS_WITH", "/admin", &decode));
    assert!(has(
        &json!([narrow, wide(json!({"Allow": {}}))]),
        "shadowed-rule",
        "narrow"
    ));
    assert!(!has(
        &json!([narrow, wide(json!({"Count": {}}))]),
        "shadowed-rule",
        "narrow"
    ));
    // A puzzle lets those go on who solved it.
    assert!(!has(
        &json!([narrow, wide(json!({"Captcha": {}}))]),
        "shadowed-rule",
        "narrow"
    ));
}

#[test]
fn a_label_that_comes_in_between_keeps_a_rule_from_being_shadowed() {
    let mut adds = rule(
        "adds",
        1,
        json!({"Count": {}}),
        path("STARTS_WITH", "/", &["URL_DECODE"]),
    );
    adds["RuleLabels"] = json!([{"Name": "seen"}]);
    let (first, last) = (
        rule("first", 0, block(), label("seen")),
        rule("last", 2, json!({"Allow": {}}), label("seen")),
    );
    assert!(!has(&json!([first, adds, last]), "shadowed-rule", "last"));
    let mut early = adds.clone();
    early["Priority"] = json!(0);
    let first = rule("first", 1, block(), label("seen"));
    assert!(has(&json!([early, first, last]), "shadowed-rule", "last"));
}

#[test]
fn the_same_rule_twice_is_a_duplicate() {
    let twice = |name, priority| {
        rule(
            name,
            priority,
            json!({"Count": {}}),
            path("STARTS_WITH", "/a", &["URL_DECODE"]),
        )
    };
    assert!(has(
        &json!([twice("one", 0), twice("two", 1)]),
        "duplicate-rule",
        "two"
    ));
}

#[test]
fn a_web_acl_that_refuses_nothing_is_told() {
    let counts = rule(
        "counts",
        0,
        json!({"Count": {}}),
        path("STARTS_WITH", "/a", &["URL_DECODE"]),
    );
    let ids: Vec<_> = found(&json!([counts])).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["nothing-refused", "count-only"]);
}

#[test]
fn searches_that_transformations_make_impossible_are_errors() {
    for (statement, impossible) in [
        (path("CONTAINS", "/Admin", &["LOWERCASE"]), true),
        (path("CONTAINS", "/admin", &["LOWERCASE"]), false),
        (path("CONTAINS", "/admin", &["UPPERCASE", "TRIM"]), true),
        // Decoding may bring capital letters back.
        (path("CONTAINS", "/Admin", &["LOWERCASE", "URL_DECODE"]), false),
        (
            path(
                "CONTAINS",
                "/Admin",
                &["URL_DECODE", "LOWERCASE", "NORMALIZE_PATH"],
            ),
            true,
        ),
        (path("CONTAINS", "a b", &["REMOVE_WHITESPACE"]), true),
        (path("CONTAINS", "a  b", &["COMPRESS_WHITE_SPACE"]), true),
        (path("STARTS_WITH", "admin", &["NONE"]), true),
        (path("STARTS_WITH", "admin", &["HEX_DECODE"]), false),
        (path("CONTAINS", "/a?b", &["NONE"]), true),
        (path("CONTAINS", "/a?b", &["URL_DECODE"]), false),
        (
            matching(json!({"QueryString": {}}), "STARTS_WITH", "?a=", &["NONE"]),
            true,
        ),
        (regex("^/(Admin|ROOT)/", &["LOWERCASE"]), true),
        (regex("^/(Admin|root)/", &["LOWERCASE"]), false),
        (regex("(?i)^/Admin/[a-z]", &["LOWERCASE"]), false),
    ] {
        let rules = json!([rule("r", 0, block(), statement)]);
        assert_eq!(has(&rules, "never-matches", "r"), impossible, "{rules}");
    }
}

#[test]
fn expressions_that_are_plain_text_or_match_everything_are_told() {
    for (expression, id) in [
        ("^/admin", Some("regex-is-plain")),
        ("\\.php$", Some("regex-is-plain")),
        ("^/adm.n", None),
        (".*", Some("matches-everything")),
        ("(?:a|b?)", Some("matches-everything")),
        ("^$", None),
    ] {
        let ids: Vec<_> = found(&json!([rule(
            "r",
            0,
            block(),
            regex(expression, &["URL_DECODE"])
        )]));
        assert_eq!(ids.first().map(|(id, _)| *id), id, "{expression}");
    }
}

#[test]
fn long_bodies_that_pass_unseen_are_holes_unless_a_rule_refuses_them() {
    let body = |handling: &str| {
        matching(
            json!({"Body": {"OversizeHandling": handling}}),
            "CONTAINS",
            "x",
            &["URL_DECODE"],
        )
    };
    let blocks = |handling| rule("r", 0, block(), body(handling));
    assert!(has(&json!([blocks("CONTINUE")]), "oversize-hole", "r"));
    assert!(has(&json!([blocks("NO_MATCH")]), "oversize-hole", "r"));
    assert!(!has(&json!([blocks("MATCH")]), "oversize-hole", "r"));
    let allows = rule("a", 1, json!({"Allow": {}}), body("MATCH"));
    assert!(has(&json!([blocks("MATCH"), allows]), "oversize-allow", "a"));
    let size = json!({"SizeConstraintStatement": {"FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}},
        "ComparisonOperator": "GT", "Size": 8192, "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}});
    assert!(!has(
        &json!([blocks("CONTINUE"), rule("size", 1, block(), size)]),
        "oversize-hole",
        "r"
    ));
    let common = managed("common", 1, "AWSManagedRulesCommonRuleSet");
    assert!(!has(&json!([blocks("CONTINUE"), common]), "oversize-hole", "r"));
    let sqli = managed("sqli", 0, "AWSManagedRulesSQLiRuleSet");
    assert!(has(&json!([sqli]), "oversize-hole", "sqli"));
    assert!(!has(&json!([sqli, common]), "oversize-hole", "sqli"));
}

#[test]
fn labels_that_nobody_adds_or_reads_are_told() {
    let mut adds = rule(
        "adds",
        5,
        json!({"Count": {}}),
        path("STARTS_WITH", "/a", &["URL_DECODE"]),
    );
    adds["RuleLabels"] = json!([{"Name": "team:seen"}]);
    assert!(has(&json!([adds]), "unused-label", "adds"));
    let reads = |priority, key| json!([adds, rule("reads", priority, block(), label(key))]);
    assert!(!has(&reads(6, "team:seen"), "unused-label", "adds"));
    assert!(!has(&reads(6, "seen"), "label-never-added", "reads"));
    assert!(has(&reads(6, "een"), "label-never-added", "reads"));
    assert!(has(&reads(1, "team:seen"), "label-added-later", "reads"));
    let own = "awswaf:000000000000:webacl:acl:team:seen";
    assert!(!has(&reads(6, own), "label-never-added", "reads"));
    let group = json!([
        managed("m", 0, "AWSManagedRulesSQLiRuleSet"),
        rule(
            "reads",
            1,
            block(),
            label("awswaf:managed:aws:sql-database:SQLi_Body")
        )
    ]);
    assert!(!has(&group, "label-never-added", "reads"));
    let geo = json!([rule("reads", 1, block(), label("awswaf:clientip:geo:country:KR"))]);
    assert!(has(&geo, "label-never-added", "reads"));
}

#[test]
fn overrides_of_rules_that_a_group_lacks_are_errors() {
    let over = |rule: &str| {
        let mut group = managed("m", 0, "AWSManagedRulesCommonRuleSet");
        group["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"] =
            json!([{"Name": rule, "ActionToUse": {"Count": {}}}]);
        json!([group])
    };
    assert!(has(&over("NoUserAgent_Header"), "unknown-override", "m"));
    assert!(!has(&over("NoUserAgent_HEADER"), "unknown-override", "m"));
}

#[test]
fn groups_that_cost_by_the_request_want_a_scope() {
    assert!(has(
        &json!([managed("bots", 0, "AWSManagedRulesBotControlRuleSet")]),
        "missing-scope-down",
        "bots"
    ));
    assert!(!has(
        &json!([managed("php", 0, "AWSManagedRulesPHPRuleSet")]),
        "missing-scope-down",
        "php"
    ));
}

#[test]
fn allowing_what_anyone_can_send_is_told_only_where_it_skips_something() {
    let allow = |field: Value| {
        rule(
            "a",
            0,
            json!({"Allow": {}}),
            matching(field, "CONTAINS", "x", &["NONE"]),
        )
    };
    let header = json!({"SingleHeader": {"Name": "user-agent"}});
    let later = rule("b", 1, block(), path("STARTS_WITH", "/a", &["URL_DECODE"]));
    assert!(has(
        &json!([allow(header.clone()), later]),
        "allow-skips-rules",
        "a"
    ));
    assert!(!has(&json!([allow(header)]), "allow-skips-rules", "a"));
    assert!(!has(
        &json!([allow(json!({"SingleHeader": {"Name": "Authorization"}})), later]),
        "allow-skips-rules",
        "a"
    ));
}
