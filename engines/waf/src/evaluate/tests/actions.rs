//! Actions, tokens, custom responses, rate-based rules.

use super::*;
use crate::verdict::{FailureReason, RuleType, TokenResponse};

const ANY: &str =
    r#"{"SizeConstraintStatement":{"FieldToMatch":{"Method":{}},"ComparisonOperator":"GE","Size":0,$T}}"#;

#[test]
fn counting_goes_on_and_inserts_headers() {
    let count =
        r#""Action":{"Count":{"CustomRequestHandling":{"InsertHeaders":[{"Name":"seen","Value":"1"}]}}}"#;
    let plan = compile(&acl(&[
        rule("c", 0, ANY, count),
        rule("a", 1, ANY, r#""Action":{"Allow":{}}"#),
    ]));
    let verdict = evaluate(&plan, &get("/"));
    assert_eq!(
        (verdict.action.as_str(), verdict.terminating_rule.rule_id),
        ("ALLOW", "a")
    );
    assert_eq!(verdict.inserted_headers, [("x-amzn-waf-seen", "1")]);
    assert_eq!(
        (
            verdict.non_terminating[0].rule_id,
            verdict.non_terminating[0].action
        ),
        ("c", "COUNT")
    );
}

#[test]
fn blocking_can_have_a_response() {
    let json = acl_json(&[rule(
        "b",
        0,
        ANY,
        r#""Action":{"Block":{"CustomResponse":{"ResponseCode":429,"CustomResponseBodyKey":"slow","ResponseHeaders":[{"Name":"Retry-After","Value":"9"}]}}}"#,
    )])
    .replace(r#""Rules""#, r#""CustomResponseBodies":{"slow":{"ContentType":"TEXT_PLAIN","Content":"slow down"}},"Rules""#);
    let plan = compile(&WebAcl::from_json(json.as_bytes(), SearchStringEncoding::Text).expect(&json));
    let verdict = evaluate(&plan, &get("/"));
    let response = verdict.response.expect("a response");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers().collect::<Vec<_>>(), [("Retry-After", "9")]);
    assert_eq!(
        response.body().map(|body| body.content.as_str()),
        Some("slow down")
    );
}

/// Developer guide, "How the AWS WAF CAPTCHA and Challenge rule actions work": a valid, unexpired token makes them
/// like Count; log fields `captchaResponse` and `challengeResponse`.
#[test]
fn captcha_and_challenge_look_at_the_token() {
    let now = 1_000_000;
    let valid = |captcha: Option<u64>, challenge: Option<u64>| TokenState::Valid {
        captcha_solved: captcha,
        challenge_solved: challenge,
    };
    let asked = |code, reason| {
        Some(TokenResponse::Asked {
            response_code: code,
            failure_reason: reason,
        })
    };
    let passed = |at| Some(TokenResponse::Passed { solve_timestamp: at });
    for (kind, code) in [("Captcha", 405), ("Challenge", 202)] {
        let plan = compile(&acl(&[
            rule(
                "t",
                0,
                ANY,
                &format!(
                    r#""Action":{{"{kind}":{{}}}},"{kind}Config":{{"ImmunityTimeProperty":{{"ImmunityTime":60}}}}"#
                ),
            ),
            rule("b", 1, ANY, r#""Action":{"Block":{}}"#),
        ]));
        let good = if kind == "Captcha" {
            valid(Some(now - 60), None)
        } else {
            valid(None, Some(now - 60))
        };
        let other = if kind == "Captcha" {
            valid(None, Some(now))
        } else {
            valid(Some(now), None)
        };
        let old = valid(Some(now - 61), Some(now - 61));
        for (token, action, response) in [
            (
                TokenState::Absent,
                kind.to_uppercase(),
                asked(code, FailureReason::TokenMissing),
            ),
            (
                TokenState::Invalid,
                kind.to_uppercase(),
                asked(code, FailureReason::TokenInvalid),
            ),
            (
                TokenState::DomainMismatch,
                kind.to_uppercase(),
                asked(code, FailureReason::TokenDomainMismatch),
            ),
            (old, kind.to_uppercase(), asked(code, FailureReason::TokenExpired)),
            (
                other,
                kind.to_uppercase(),
                asked(code, FailureReason::TokenMissing),
            ),
            (good, "BLOCK".to_owned(), passed(now - 60)),
        ] {
            let verdict = evaluate_with(&plan, &get("/"), token);
            assert_eq!(verdict.action.as_str(), action, "{kind} {token:?}");
            assert_eq!(
                if kind == "Captcha" {
                    verdict.captcha
                } else {
                    verdict.challenge
                },
                response
            );
        }
    }
}

fn rated(settings: &str) -> Plan {
    compile(&acl(&[
        rule(
            "geo",
            0,
            r#"{"GeoMatchStatement":{"CountryCodes":["KR"]}}"#,
            r#""Action":{"Count":{}}"#,
        ),
        rule(
            "rate",
            1,
            &format!(r#"{{"RateBasedStatement":{{"Limit":10,"EvaluationWindowSec":60,{settings}}}}}"#),
            r#""Action":{"Block":{}}"#,
        ),
    ]))
}

/// How many of `count` equal requests pass.
fn passing(plan: &Plan, rates: &RateCounters, request: &HttpRequest<'_>, count: usize) -> usize {
    let environment = Environment {
        resource: "",
        limits: Limits::default(),
        geo: &World,
        rates,
        token: TokenState::Absent,
        now: 5_000,
    };
    let mut scratch = Scratch::new();
    (0..count)
        .filter(|_| plan.evaluate(request, &environment, &mut scratch).action.as_str() == "ALLOW")
        .count()
}

/// Developer guide, "Rate-based rule aggregation options and keys".
#[test]
fn requests_are_counted_by_their_keys() {
    let scope = r#""ScopeDownStatement":{"ByteMatchStatement":{"SearchString":"/login","FieldToMatch":{"UriPath":{}},$T,"PositionalConstraint":"STARTS_WITH"}}"#;
    let forwarded = r#""ForwardedIPConfig":{"HeaderName":"x-forwarded-for","FallbackBehavior":"MATCH"}"#;
    let list = headers(&[
        ("x-forwarded-for", "198.51.100.7"),
        ("x-key", "A"),
        ("cookie", "sid=1"),
    ]);
    let other = headers(&[
        ("x-forwarded-for", "198.51.100.8"),
        ("x-key", "B"),
        ("cookie", "sid=2"),
    ]);
    let bogus = headers(&[("x-forwarded-for", "bogus")]);
    let keys = |keys: &str| format!(r#""AggregateKeyType":"CUSTOM_KEYS","CustomKeys":[{keys}]"#);
    // Settings; requests that are counted together, another instance, one that is not counted at all.
    let rows = [
        (
            r#""AggregateKeyType":"IP""#.to_owned(),
            vec![get("/a"), get("/b")],
            None,
            None,
        ),
        (
            format!(r#""AggregateKeyType":"IP",{scope}"#),
            vec![get("/login")],
            None,
            Some(get("/")),
        ),
        (
            format!(r#""AggregateKeyType":"CONSTANT",{scope}"#),
            vec![get("/login/1"), get("/login/2")],
            None,
            Some(get("/")),
        ),
        (
            format!(r#""AggregateKeyType":"FORWARDED_IP",{forwarded}"#),
            vec![get("/").with_headers(&list)],
            Some(get("/").with_headers(&other)),
            Some(get("/")),
        ),
        (
            keys(r#"{"Header":{"Name":"X-Key",$T}},{"IP":{}}"#),
            vec![get("/").with_headers(&list)],
            Some(get("/").with_headers(&other)),
            Some(get("/")),
        ),
        (
            keys(r#"{"Cookie":{"Name":"sid",$T}}"#),
            vec![get("/").with_headers(&list)],
            Some(get("/").with_headers(&other)),
            Some(get("/")),
        ),
        (
            keys(
                r#"{"QueryArgument":{"Name":"q","TextTransformations":[{"Priority":0,"Type":"LOWERCASE"}]}},{"HTTPMethod":{}}"#,
            ),
            vec![get("/?q=X"), get("/a?q=x")],
            Some(get("/?q=y")),
            Some(get("/?p=x")),
        ),
        (
            keys(r#"{"QueryString":{$T}}"#),
            vec![get("/?a"), get("/b?a")],
            Some(get("/?b")),
            Some(get("/")),
        ),
        (
            keys(r#"{"UriPath":{$T}},{"ASN":{}}"#),
            vec![get("/a?1"), get("/a?2")],
            Some(get("/b")),
            None,
        ),
        (
            keys(r#"{"LabelNamespace":{"Namespace":"awswaf:clientip:geo:country:"}}"#),
            vec![get("/a"), get("/b")],
            None,
            None,
        ),
        (
            keys(r#"{"JA3Fingerprint":{"FallbackBehavior":"NO_MATCH"}}"#),
            vec![HttpRequest {
                ja3: Some("1"),
                ..get("/")
            }],
            Some(HttpRequest {
                ja3: Some("2"),
                ..get("/")
            }),
            Some(get("/")),
        ),
    ];
    for (settings, together, apart, uncounted) in rows {
        let plan = rated(&settings);
        let rates = RateCounters::new(&plan);
        let half = together.len();
        let total: usize = together
            .iter()
            .map(|request| passing(&plan, &rates, request, 20 / half))
            .sum();
        assert_eq!(total, 10, "{settings}");
        for request in apart.iter().chain(&uncounted) {
            assert_eq!(passing(&plan, &rates, request, 1), 1, "{settings}");
        }
        if let Some(request) = uncounted {
            assert_eq!(passing(&plan, &rates, &request, 30), 30, "{settings}");
        }
    }
    let fallback = rated(&format!(r#""AggregateKeyType":"FORWARDED_IP",{forwarded}"#));
    assert_eq!(
        passing(
            &fallback,
            &RateCounters::new(&fallback),
            &get("/").with_headers(&bogus),
            3
        ),
        0
    );
}

#[test]
fn a_limited_request_says_why_and_its_address_is_listed() {
    let plan = rated(r#""AggregateKeyType":"IP""#);
    let rates = RateCounters::new(&plan);
    assert_eq!(passing(&plan, &rates, &get("/"), 10), 10);
    let environment = Environment {
        resource: "",
        limits: Limits::default(),
        geo: &World,
        rates: &rates,
        token: TokenState::Absent,
        now: 5_000,
    };
    let verdict = plan.evaluate(&get("/"), &environment, &mut Scratch::new());
    assert_eq!(verdict.terminating_rule.rule_type, RuleType::RateBased);
    let outcome = &verdict.rate_based[0];
    assert_eq!(
        (outcome.rule_id, outcome.limit_key, outcome.max_rate_allowed),
        ("rate", "IP", 10)
    );
    assert_eq!(outcome.limit_value, Some(CLIENT.parse().expect("an address")));
    let listed = plan.rate_based_rules().next().expect("the rule");
    assert!(listed.by_address && listed.rule == "rate");
    let instance = rates.instance(listed.index).expect("counters");
    assert_eq!(
        instance.limited_addresses(5_000),
        [CLIENT.parse::<IpAddr>().expect("an address")]
    );
    assert!(instance.limited_addresses(75_000).is_empty());
}

/// API reference, `RateBasedStatement`: changing settings resets the counts.
#[test]
fn counts_survive_a_new_plan_unless_the_rule_changed() {
    let (old, same, changed) = (
        rated(r#""AggregateKeyType":"IP""#),
        rated(r#""AggregateKeyType":"IP""#),
        rated(r#""AggregateKeyType":"CUSTOM_KEYS","CustomKeys":[{"IP":{}},{"HTTPMethod":{}}]"#),
    );
    let rates = RateCounters::new(&old);
    passing(&old, &rates, &get("/"), 10);
    assert_eq!(
        passing(&same, &RateCounters::succeeding(&rates, &same), &get("/"), 1),
        0
    );
    assert_eq!(
        passing(
            &changed,
            &RateCounters::succeeding(&rates, &changed),
            &get("/"),
            1
        ),
        1
    );
}
