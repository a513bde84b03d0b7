//! One table over the components (developer guide, page "Request components in AWS WAF").

use super::*;

fn contains(text: &str, field: &str, more: &str) -> Plan {
    blocking(&format!(
        r#"{{"ByteMatchStatement":{{"SearchString":"{text}","FieldToMatch":{field},$T{more},"PositionalConstraint":"CONTAINS"}}}}"#
    ))
}

#[test]
fn each_component_is_what_the_guide_says() {
    let list = headers(&[
        ("Host", "www.example.com"),
        ("User-Agent", "needle-ua"),
        ("X-A", "one"),
        ("x-a", "needle-second"),
        ("Cookie", "Session=needle-cookie; theme=dark"),
    ]);
    let request = HttpRequest {
        ja3: Some("needle-ja3"),
        ja4: None,
        ..get("/p/needle-path?Name=needle-arg&flag&x=1#needle-frag")
    }
    .with_headers(&list)
    .with_body(br#"{"k":"needle-json"}"#);
    for (field, text, expected) in [
        (r#"{"UriPath":{}}"#, "needle-path", true),
        (r#"{"UriPath":{}}"#, "needle-arg", false),
        (r#"{"QueryString":{}}"#, "Name=needle-arg&flag", true),
        (r#"{"UriFragment":{}}"#, "needle-frag", true),
        (r#"{"Method":{}}"#, "GET", true),
        (r#"{"SingleHeader":{"Name":"user-agent"}}"#, "needle-ua", true),
        (r#"{"SingleHeader":{"Name":"X-A"}}"#, "needle-second", true),
        (r#"{"SingleHeader":{"Name":"X-B"}}"#, "n", false),
        (r#"{"SingleQueryArgument":{"Name":"nAmE"}}"#, "needle-arg", true),
        (r#"{"SingleQueryArgument":{"Name":"x"}}"#, "needle-arg", false),
        (r#"{"AllQueryArguments":{}}"#, "needle-arg", true),
        (r#"{"AllQueryArguments":{}}"#, "Name", false),
        (r#"{"Body":{}}"#, "\\\"k\\\":\\\"needle", true),
        (
            r#"{"JsonBody":{"MatchPattern":{"All":{}},"MatchScope":"VALUE"}}"#,
            "needle-json",
            true,
        ),
        (
            r#"{"JsonBody":{"MatchPattern":{"All":{}},"MatchScope":"KEY"}}"#,
            "needle-json",
            false,
        ),
        (
            r#"{"JsonBody":{"MatchPattern":{"IncludedPaths":["/k"]},"MatchScope":"ALL"}}"#,
            "needle-json",
            true,
        ),
        (
            r#"{"JsonBody":{"MatchPattern":{"IncludedPaths":["/q"]},"MatchScope":"ALL"}}"#,
            "needle-json",
            false,
        ),
        (
            r#"{"Headers":{"MatchPattern":{"All":{}},"MatchScope":"VALUE","OversizeHandling":"CONTINUE"}}"#,
            "needle-ua",
            true,
        ),
        (
            r#"{"Headers":{"MatchPattern":{"All":{}},"MatchScope":"KEY","OversizeHandling":"CONTINUE"}}"#,
            "User-Agent",
            true,
        ),
        (
            r#"{"Headers":{"MatchPattern":{"IncludedHeaders":["USER-AGENT"]},"MatchScope":"ALL","OversizeHandling":"CONTINUE"}}"#,
            "needle-ua",
            true,
        ),
        (
            r#"{"Headers":{"MatchPattern":{"ExcludedHeaders":["user-agent"]},"MatchScope":"ALL","OversizeHandling":"CONTINUE"}}"#,
            "needle-ua",
            false,
        ),
        (
            r#"{"Cookies":{"MatchPattern":{"All":{}},"MatchScope":"VALUE","OversizeHandling":"CONTINUE"}}"#,
            "needle-cookie",
            true,
        ),
        (
            r#"{"Cookies":{"MatchPattern":{"IncludedCookies":["Session"]},"MatchScope":"VALUE","OversizeHandling":"CONTINUE"}}"#,
            "needle-cookie",
            true,
        ),
        (
            r#"{"Cookies":{"MatchPattern":{"IncludedCookies":["session"]},"MatchScope":"VALUE","OversizeHandling":"CONTINUE"}}"#,
            "needle-cookie",
            false,
        ),
        (
            r#"{"HeaderOrder":{"OversizeHandling":"CONTINUE"}}"#,
            "host:user-agent:x-a:x-a:cookie",
            true,
        ),
    ] {
        let plan = contains(text, field, "");
        assert_eq!(blocks(&plan, &request), expected, "{field} {text}");
    }
    for (field, fallback, expected) in [
        ("JA3", "NO_MATCH", true),
        ("JA4", "NO_MATCH", false),
        ("JA4", "MATCH", true),
    ] {
        let plan = blocking(&format!(
            r#"{{"ByteMatchStatement":{{"SearchString":"needle-ja3","FieldToMatch":{{"{field}Fingerprint":{{"FallbackBehavior":"{fallback}"}}}},$T,"PositionalConstraint":"EXACTLY"}}}}"#
        ));
        assert_eq!(blocks(&plan, &request), expected, "{field} {fallback}");
    }
}

/// API reference, `PreParseTextTransformation`.
#[test]
fn pre_parse_transformations_work_on_the_raw_query_string() {
    let argument = r#"{"SingleQueryArgument":{"Name":"b"}}"#;
    let request = get("/?a=1;b=evil&%62=other");
    let with = |kinds: &str| format!(r#","PreParseTextTransformations":[{kinds}]"#);
    assert!(!blocks(&contains("evil", argument, ""), &request));
    let semicolons = with(r#"{"Priority":0,"Type":"REPLACE_SEMICOLONS_WITH_AMPERSANDS"}"#);
    assert!(blocks(&contains("evil", argument, &semicolons), &request));
    assert!(!blocks(&contains("other", argument, &semicolons), &request));
    let both = with(
        r#"{"Priority":1,"Type":"COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA"},{"Priority":0,"Type":"URL_DECODE"}"#,
    );
    assert!(blocks(&contains("x,y", argument, &both), &get("/?%62=x&b=y")));
}

/// API reference, `OversizeHandling`; limits of the page "Oversize web request components".
#[test]
fn oversize_handling_decides_what_is_not_inspected() {
    let mut body = vec![b'x'; 8192];
    body.extend_from_slice(b"needle");
    let long = "v".repeat(8192);
    let list = headers(&[("a", &long), ("b", "needle")]);
    let many: Vec<_> = (0..201).map(|_| (&b"a"[..], &b"1"[..])).collect();
    let body_field = |handling: &str| format!(r#"{{"Body":{{"OversizeHandling":"{handling}"}}}}"#);
    let headers_field = |handling: &str| {
        format!(
            r#"{{"Headers":{{"MatchPattern":{{"All":{{}}}},"MatchScope":"ALL","OversizeHandling":"{handling}"}}}}"#
        )
    };
    for (handling, expected) in [("CONTINUE", false), ("MATCH", true), ("NO_MATCH", false)] {
        let plan = contains("needle", &body_field(handling), "");
        assert_eq!(
            blocks(&plan, &get("/").with_body(&body)),
            expected,
            "body {handling}"
        );
        let plan = contains("needle", &headers_field(handling), "");
        assert_eq!(
            blocks(&plan, &get("/").with_headers(&list)),
            expected,
            "header bytes {handling}"
        );
        assert_eq!(
            blocks(&plan, &get("/").with_headers(&many)),
            expected,
            "header count {handling}"
        );
    }
    assert!(!blocks(
        &contains("x", &body_field("NO_MATCH"), ""),
        &get("/").with_body(&body)
    ));
    assert!(blocks(
        &contains("x", &body_field("CONTINUE"), ""),
        &get("/").with_body(&body)
    ));
}

/// API reference, `JsonBody.InvalidFallbackBehavior`.
#[test]
fn invalid_json_falls_back_as_configured() {
    let field = |fallback: &str| {
        format!(r#"{{"JsonBody":{{"MatchPattern":{{"All":{{}}}},"MatchScope":"VALUE"{fallback}}}}}"#)
    };
    let early = br#"{"a":"needle","a":1}"#;
    let late = br#"{"a":1,"a":"needle"}"#;
    for (fallback, on_early, on_late) in [
        ("", true, false),
        (r#","InvalidFallbackBehavior":"MATCH""#, true, true),
        (r#","InvalidFallbackBehavior":"NO_MATCH""#, false, false),
        (r#","InvalidFallbackBehavior":"EVALUATE_AS_STRING""#, true, true),
    ] {
        let plan = contains("needle", &field(fallback), "");
        assert_eq!(
            blocks(&plan, &get("/").with_body(early)),
            on_early,
            "early {fallback}"
        );
        assert_eq!(
            blocks(&plan, &get("/").with_body(late)),
            on_late,
            "late {fallback}"
        );
        assert!(!blocks(&plan, &get("/")), "no body {fallback}");
    }
}
