use super::*;

const BLOCK_KEPT: &str = r#"{"LoggingFilter":{"DefaultBehavior":"DROP","Filters":[{"Behavior":"KEEP","Requirement":"MEETS_ANY","Conditions":[{"ActionCondition":{"Action":"BLOCK"}},{"ActionCondition":{"Action":"COUNT"}}]}]}}"#;

/// API reference, `LoggingFilter`: actions that the record contains, terminating or not.
#[test]
fn a_filter_keeps_what_it_says_and_drops_the_rest() {
    let rules = [
        rule("b", 0, &path_starts("/block"), BLOCK),
        rule("c", 1, &path_starts("/count"), COUNT),
    ];
    let scene = Scene::new(&rules, "", World::default());
    for (path, kept) in [("/block", true), ("/count", true), ("/else", false)] {
        assert_eq!(
            scene.line(&request(path, &[]), BLOCK_KEPT).is_some(),
            kept,
            "{path}"
        );
    }
}

#[test]
fn meets_all_wants_every_condition_and_labels_are_compared_in_full() {
    let action = r#""Action":{"Count":{}},"RuleLabels":[{"Name":"seen"}]"#;
    let rules = [
        rule("c", 0, &path_starts("/count"), action),
        rule("b", 1, &path_starts("/count/b"), BLOCK),
    ];
    let scene = Scene::new(&rules, "", World::default());
    let logging = |label: &str| {
        format!(
            r#"{{"LoggingFilter":{{"DefaultBehavior":"KEEP","Filters":[{{"Behavior":"DROP","Requirement":"MEETS_ALL","Conditions":[{{"ActionCondition":{{"Action":"ALLOW"}}}},{{"LabelNameCondition":{{"LabelName":"{label}"}}}}]}}]}}}}"#
        )
    };
    let full = logging("awswaf:111122223333:webacl:acl:seen");
    assert_eq!(scene.line(&request("/count", &[]), &full), None);
    assert!(scene.line(&request("/count/b", &[]), &full).is_some());
    assert!(scene.line(&request("/count", &[]), &logging("seen")).is_some());
}

#[test]
fn redacted_fields_are_hidden_wherever_they_stand() {
    let scene = Scene::new(
        &[rule("r", 0, &sqli(&header("x-q")), BLOCK)],
        "",
        World::default(),
    );
    let headers: &[Header<'_>] = &[
        (b"Host", b"secret.example"),
        (b"X-Q", b"10 AND 1=1"),
        (b"other", b"plain"),
    ];
    let logging = r#"{"RedactedFields":[{"UriPath":{}},{"QueryString":{}},{"Method":{}},{"SingleHeader":{"Name":"x-q"}},{"SingleHeader":{"Name":"host"}}]}"#;
    let line = scene
        .line(&request("/secret?secret=1", headers), logging)
        .expect("a record");
    assert!(!line.contains("secret") && !line.contains("AND"), "{line}");
    let record = parse(&line);
    let http = &record["httpRequest"];
    for member in ["uri", "args", "httpMethod", "host"] {
        assert_eq!(http[member], "REDACTED", "{member}");
    }
    assert_eq!(http["headers"][2]["value"], "plain");
}

fn protected(rest: &str) -> String {
    format!(r#","DataProtectionConfig":{{"DataProtections":[{rest}]}}"#)
}

/// API reference, `DataProtection`: a word or a one-way hash, in logs and in samples.
#[test]
fn protected_values_are_substituted_or_hashed() {
    let protection = protected(
        r#"{"Action":"HASH","Field":{"FieldType":"SINGLE_HEADER","FieldKeys":["authorization"]}},
        {"Action":"SUBSTITUTION","Field":{"FieldType":"SINGLE_COOKIE","FieldKeys":["session"]}},
        {"Action":"SUBSTITUTION","Field":{"FieldType":"SINGLE_QUERY_ARGUMENT","FieldKeys":["token"]}}"#,
    );
    let scene = Scene::new(&[], &protection, World::default());
    let headers: &[Header<'_>] = &[
        (b"Authorization", b"hello"),
        (b"Cookie", b"a=1; session=s3cr3t; Session=other"),
    ];
    let record = scene.record(&request("/?TOKEN=s3cr3t&%74oken=s3cr3t&b=2", headers));
    let http = &record["httpRequest"];
    assert_eq!(
        http["headers"][0]["value"],
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    );
    assert_eq!(
        http["headers"][1]["value"],
        "a=1; session=REDACTED; Session=other"
    );
    assert_eq!(http["args"], "TOKEN=REDACTED&%74oken=REDACTED&b=2");

    let mut sampler = crate::record::Sampler::new(1, 1 << 20);
    let request = request("/?token=s3cr3t", headers);
    scene
        .recorder("{}")
        .sample(&request, &scene.verdict(&request), &scene.facts(), &mut sampler);
    let sample = &sampler.drain()[0].request;
    assert!(
        !sample.contains("s3cr3t") && !sample.contains("hello"),
        "{sample}"
    );
}

#[test]
fn match_details_of_a_protected_field_are_hidden_unless_excluded() {
    for (exclude, hidden) in [("", true), (r#","ExcludeRuleMatchDetails":true"#, false)] {
        let protection = protected(&format!(
            r#"{{"Action":"SUBSTITUTION","Field":{{"FieldType":"BODY"}}{exclude}}}"#
        ));
        let scene = Scene::new(
            &[rule("r", 0, &sqli(r#"{"Body":{}}"#), BLOCK)],
            &protection,
            World::default(),
        );
        let record = scene.record(&request("/", &[]).with_body(b"10 AND 1=1"));
        let data = &record["terminatingRuleMatchDetails"][0]["matchedData"][0];
        assert_eq!(data == "REDACTED", hidden, "{record}");
    }
}
