//! Documents as tools write them.

use super::*;

/// A web ACL with every structure of the model that rules can have.
const FULL: &str = include_str!("tests/full.json");

#[test]
fn a_document_survives_reading_and_writing() {
    let acl = WebAcl::from_json(FULL.as_bytes(), SearchStringEncoding::Base64).expect("a web ACL");
    let written: serde_json::Value = serde_json::to_value(&acl).expect("JSON");
    let original: serde_json::Value = serde_json::from_str(FULL).expect("JSON");
    assert_eq!(written, original["WebACL"]);
}

#[test]
fn unknown_members_and_values_are_refused() {
    for (known, unknown) in [
        ("\"Priority\": 0", "\"Priorities\": 0"),
        ("\"UriPath\": {}", "\"UriPath\": {\"Name\": \"x\"}"),
        ("\"LOWERCASE\"", "\"LOWER_CASE\""),
        ("\"TokenDomains\"", "\"TokenDomain\""),
        ("\"JA3Fingerprint\"", "\"Ja3Fingerprint\""),
        ("\"KB_64\"", "\"KB_65\""),
        ("\"AWSManagedRulesBotControlRuleSet\"", "\"BotControl\""),
    ] {
        assert!(FULL.contains(known), "{known}");
        let text = FULL.replacen(known, unknown, 1);
        let error = WebAcl::from_json(text.as_bytes(), SearchStringEncoding::Base64).expect_err(unknown);
        assert!(error.to_string().contains("unknown"), "{error}");
    }
}

#[test]
fn a_statement_has_exactly_one_member() {
    for text in [
        "{}",
        r#"{"GeoMatchStatement":{"CountryCodes":["KR"]},"LabelMatchStatement":{"Scope":"LABEL","Key":"a"}}"#,
    ] {
        assert!(serde_json::from_str::<Statement>(text).is_err(), "{text}");
    }
}

#[test]
fn search_strings_are_read_as_the_caller_says() {
    let statement = |text: &str| {
        format!(
            r#"[{{"Name":"r","Priority":0,"Action":{{"Block":{{}}}},"VisibilityConfig":{{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"m"}},"Statement":{{"NotStatement":{{"Statement":{{"ByteMatchStatement":{{"SearchString":"{text}","FieldToMatch":{{"UriPath":{{}}}},"TextTransformations":[{{"Priority":0,"Type":"NONE"}}],"PositionalConstraint":"EXACTLY"}}}}}}}}}}]"#
        )
    };
    let bytes = |text: &str, encoding| {
        let rules =
            rules_from_json(statement(text).as_bytes(), encoding).map_err(|error| error.to_string())?;
        let Statement::Not(not) = &rules[0].statement else {
            return Err("not a NOT".to_owned());
        };
        let Statement::ByteMatch(byte_match) = &*not.statement else {
            return Err("not a byte match".to_owned());
        };
        byte_match
            .search_string
            .bytes()
            .map(<[u8]>::to_vec)
            .ok_or_else(|| "encoded".to_owned())
    };
    assert_eq!(bytes("YQA=", SearchStringEncoding::Base64), Ok(b"a\0".to_vec()));
    assert_eq!(bytes("YQA=", SearchStringEncoding::Text), Ok(b"YQA=".to_vec()));
    assert!(bytes("/admin", SearchStringEncoding::Base64).is_err_and(|error| error.contains("not Base64")));
}

#[test]
fn the_model_has_every_transformation() {
    let own = [TextTransformationType::HaechiBase64Text];
    let awss: Vec<_> = TextTransformationType::ALL
        .iter()
        .filter(|kind| !own.contains(kind))
        .collect();
    assert_eq!((awss.len(), own.len()), (31, 1));
    // AWS's five, and HAECHI_ARGUMENT_NAMES.
    assert_eq!(PreParseTextTransformationType::ALL.len(), 6);
}
