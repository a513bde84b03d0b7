//! No request may make an evaluation panic, and explaining must not change the answer.

use super::*;
use crate::model::TextTransformationType;
use proptest::prelude::*;

/// A web ACL with every transformation and most components.
fn everything() -> Plan {
    let fields = [
        r#"{"AllQueryArguments":{}}"#,
        r#"{"Body":{"OversizeHandling":"CONTINUE"}}"#,
        r#"{"JsonBody":{"MatchPattern":{"All":{}},"MatchScope":"ALL","InvalidFallbackBehavior":"EVALUATE_AS_STRING"}}"#,
        r#"{"Cookies":{"MatchPattern":{"All":{}},"MatchScope":"ALL","OversizeHandling":"CONTINUE"}}"#,
    ];
    let mut rules = Vec::new();
    let all = TextTransformationType::ALL.iter();
    // A web ACL of customers does not have the one that is not AWS's.
    let awss = all.filter(|kind| **kind != TextTransformationType::HaechiBase64Text);
    for (nth, kind) in awss.enumerate() {
        let kind = serde_json::to_string(kind).expect("a name");
        let field = fields[nth % fields.len()];
        let chain = format!(
            r#""TextTransformations":[{{"Priority":0,"Type":"URL_DECODE_UNI"}},{{"Priority":1,"Type":{kind}}}]"#
        );
        let statement = format!(
            r#"{{"OrStatement":{{"Statements":[
                {{"RegexMatchStatement":{{"RegexString":"(?i)(select|union).{{0,9}}from","FieldToMatch":{field},{chain}}}}},
                {{"ByteMatchStatement":{{"SearchString":"script","FieldToMatch":{field},{chain},"PositionalConstraint":"CONTAINS_WORD"}}}},
                {{"SqliMatchStatement":{{"FieldToMatch":{field},{chain}}}}},
                {{"XssMatchStatement":{{"FieldToMatch":{field},{chain}}}}}]}}}}"#
        );
        rules.push(rule(
            &format!("r{nth}"),
            nth as u32,
            &statement,
            r#""Action":{"Count":{}}"#,
        ));
    }
    compile(&acl(&rules))
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        proptest::sample::select(vec![
            "%u",
            "%3c",
            "script",
            "union select",
            "from",
            "'",
            "--",
            "/*",
            "*/",
            "\\u00",
            "&#x",
            "{\"",
            "\":",
            "[[",
            "=",
            "&",
            ";",
            "..",
            "/",
            "^",
            "0x4",
            "\\"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    proptest::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_request_panics_and_explaining_agrees(target in bytes(), body in bytes(), cookie in bytes(), name in bytes()) {
        thread_local!(static PLAN: Plan = everything());
        PLAN.with(|plan| {
            let list = [(&b"cookie"[..], cookie.as_slice()), (name.as_slice(), body.as_slice())];
            let request = HttpRequest::new(b"POST", &target, CLIENT.parse().expect("an address"))
                .with_headers(&list)
                .with_body(&body);
            let rates = RateCounters::new(plan);
            let environment = Environment {
                resource: "",
                limits: Limits::default(), geo: &World, rates: &rates, token: TokenState::Absent, now: 0,
            };
            let mut scratch = Scratch::new();
            let verdict = plan.evaluate(&request, &environment, &mut scratch);
            let (explained, _) = plan.explain(&request, &environment, &mut scratch);
            prop_assert_eq!(verdict, explained);
            Ok(())
        })?;
    }
}
