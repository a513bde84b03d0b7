use super::*;
use haechi_dataplane::SigningKey;
use haechi_waf::geo::NoGeo;
use http::StatusCode;
use serde_json::{Value, json};

/// A web ACL that guards `resource`, with these rules.
pub(crate) fn protection(digest: &str, resource: &str, rules: &Value) -> Protection {
    let definition = json!({
        "Name": "acl",
        "DefaultAction": { "Allow": {} },
        "VisibilityConfig": visibility(),
        "CustomResponseBodies": { "sorry": { "ContentType": "TEXT_PLAIN", "Content": "not today" } },
        "Rules": rules,
    });
    Protection {
        web_acl: "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/acl/1".to_owned(),
        account: "111122223333".to_owned(),
        digest: digest.to_owned(),
        definition: definition.to_string(),
        rule_groups: Default::default(),
        ip_sets: Default::default(),
        regex_pattern_sets: Default::default(),
        resources: vec![resource.to_owned()],
        logging: None,
        token_key: SigningKey::new(vec![7; 32]),
    }
}

fn visibility() -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" })
}

/// A rule with `action` for paths that start with `prefix` (in Base64).
pub(crate) fn path_rule(name: &str, priority: u32, prefix: &str, action: &Value) -> Value {
    json!({
        "Name": name, "Priority": priority, "Action": action, "VisibilityConfig": visibility(),
        "Statement": { "ByteMatchStatement": {
            "SearchString": prefix, "PositionalConstraint": "STARTS_WITH", "FieldToMatch": { "UriPath": {} },
            "TextTransformations": [{ "Priority": 0, "Type": "NONE" }],
        }},
    })
}

/// A rule that blocks an address after ten requests.
pub(crate) fn rate_rule() -> Value {
    json!({
        "Name": "rate", "Priority": 90, "Action": { "Block": {} }, "VisibilityConfig": visibility(),
        "Statement": { "RateBasedStatement": { "Limit": 10, "AggregateKeyType": "IP" } },
    })
}

static SOURCE: std::sync::OnceLock<HttpSource> = std::sync::OnceLock::new();

pub(crate) const ADMIN: &str = "L2FkbWlu";

pub(crate) fn guard(rules: &Value) -> Guard {
    Guard::compile(
        &protection("1", "lb", rules),
        None,
        Feeds::shared(),
        Arc::new(NoGeo),
    )
    .expect("a guard")
}

pub(crate) fn visit(target: &str, kind: ResourceKind) -> Visit<'_> {
    let address = "192.0.2.1".parse().expect("an address");
    Visit {
        request: HttpRequest::new(b"GET", target.as_bytes(), address),
        kind,
        source: SOURCE.get_or_init(|| HttpSource::of_resource("lb", "111122223333")),
        request_id: "1-00000000-000000000000000000000000",
        host: "shop.example",
        https: false,
        now: 1_000_000,
    }
}

pub(crate) fn answer(decision: Decision) -> Answer {
    match decision {
        Decision::Answer(answer) => *answer,
        Decision::Pass(_) => panic!("the request passed"),
    }
}

#[test]
fn a_blocked_request_gets_the_answer_of_its_kind_of_resource() {
    let guard = guard(&json!([path_rule("admin", 0, ADMIN, &json!({ "Block": {} }))]));
    let balancer = answer(guard.decide(&visit("/admin", ResourceKind::ApplicationLoadBalancer)));
    let stage = answer(guard.decide(&visit("/admin", ResourceKind::ApiGatewayStage)));
    assert_eq!(balancer.status, StatusCode::FORBIDDEN);
    assert!(balancer.body.starts_with(b"<html>\r\n<head><title>403 Forbidden"));
    assert_eq!(stage.body, r#"{"message":"Forbidden"}"#);
    assert!(matches!(
        guard.decide(&visit("/", ResourceKind::ApiGatewayStage)),
        Decision::Pass(headers) if headers.is_empty()
    ));
}

#[test]
fn a_custom_response_replaces_the_403() {
    let action = json!({ "Block": { "CustomResponse": {
        "ResponseCode": 429, "CustomResponseBodyKey": "sorry",
        "ResponseHeaders": [{ "Name": "Retry-After", "Value": "9" }],
    }}});
    let guard = guard(&json!([path_rule("admin", 0, ADMIN, &action)]));
    let answer = answer(guard.decide(&visit("/admin", ResourceKind::CloudFrontDistribution)));
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.body, "not today");
    let text: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
        .collect();
    assert_eq!(text, ["retry-after: 9", "content-type: text/plain"]);
}

#[test]
fn inserted_headers_go_on_with_the_request() {
    let action = json!({ "Count": { "CustomRequestHandling": {
        "InsertHeaders": [{ "Name": "seen", "Value": "yes" }],
    }}});
    let guard = guard(&json!([path_rule("admin", 0, ADMIN, &action)]));
    match guard.decide(&visit("/admin", ResourceKind::ApplicationLoadBalancer)) {
        Decision::Pass(headers) => assert_eq!(headers[0].0, "x-amzn-waf-seen"),
        Decision::Answer(answer) => panic!("{answer:?}"),
    }
}

#[test]
fn counters_outlive_a_change_of_other_rules() {
    let old = guard(&json!([rate_rule()]));
    for _ in 0..10 {
        assert!(matches!(
            old.decide(&visit("/", ResourceKind::AppSyncApi)),
            Decision::Pass(_)
        ));
    }
    let rules = json!([path_rule("admin", 0, ADMIN, &json!({ "Block": {} })), rate_rule()]);
    let changed = protection("2", "lb", &rules);
    let new = Guard::compile(&changed, Some(&old), Feeds::shared(), Arc::new(NoGeo)).expect("a guard");
    assert_eq!(
        answer(new.decide(&visit("/", ResourceKind::AppSyncApi))).status,
        StatusCode::FORBIDDEN
    );
}

#[test]
fn a_good_token_passes_a_challenge() {
    let guard = guard(&json!([path_rule(
        "admin",
        0,
        ADMIN,
        &json!({ "Challenge": {} })
    )]));
    let mut visit = visit("/admin", ResourceKind::ApplicationLoadBalancer);
    let asked = answer(guard.decide(&visit));
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    assert!(
        asked
            .headers
            .iter()
            .any(|(name, value)| name == "x-amzn-waf-action" && value == "challenge")
    );
    let token = guard.tokens.seal(&token::Token {
        captcha_solved: None,
        challenge_solved: Some(900),
        domain: "shop.example".to_owned(),
    });
    let cookie = format!("aws-waf-token={token}");
    let headers = [(&b"cookie"[..], cookie.as_bytes())];
    visit.request = visit.request.with_headers(&headers);
    assert!(matches!(guard.decide(&visit), Decision::Pass(_)));
    visit.now += 1_000_000;
    assert_eq!(
        answer(guard.decide(&visit)).status,
        StatusCode::ACCEPTED,
        "too old"
    );
}

#[test]
fn a_report_has_counts_and_samples_and_then_nothing_more() {
    let guard = guard(&json!([path_rule("admin", 0, ADMIN, &json!({ "Block": {} }))]));
    assert_eq!(guard.report(1_000_000), None);
    guard.decide(&visit("/admin", ResourceKind::ApplicationLoadBalancer));
    let report = guard.report(1_000_000).expect("a report");
    assert!(
        report
            .counts
            .iter()
            .any(|count| count.name == "BlockedRequests" && count.count == 1)
    );
    assert_eq!(report.samples.len(), 1);
    assert!(report.log_lines.is_empty(), "nobody asked for logs");
    assert_eq!(guard.report(1_000_000), None);
}

#[test]
fn held_back_addresses_are_reported_until_they_are_let_go() {
    let guard = guard(&json!([rate_rule()]));
    for _ in 0..12 {
        guard.decide(&visit("/", ResourceKind::ApplicationLoadBalancer));
    }
    let report = guard.report(1_000_000).expect("a report");
    assert_eq!(report.rate_limited[0].rule, "rate");
    assert_eq!(report.rate_limited[0].addresses.len(), 1);
    let later = guard.report(2_000_000).expect("a report that they are gone");
    assert!(later.rate_limited[0].addresses.is_empty());
    assert_eq!(guard.report(2_000_001), None);
}
