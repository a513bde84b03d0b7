use super::*;
use serde_json::json;

const HEADERS: &[Header<'_>] = &[
    (b"Host", b"localhost:1989"),
    (b"User-Agent", b"curl/7.61.1"),
    (b"Accept", b"*/*"),
    (b"x-stm-test", b"10 AND 1=1"),
];

/// The guide's first example, with the members that the page "Log fields" has added since.
#[test]
fn a_terminating_sqli_rule_is_logged_as_in_awss_example() {
    let statement = r#"{"SqliMatchStatement":{"SensitivityLevel":"HIGH","FieldToMatch":{"SingleHeader":{"Name":"x-stm-test"}},"TextTransformations":[{"Priority":0,"Type":"NONE"}]}}"#;
    let scene = Scene::new(
        &[rule("STMTest_SQLi_XSS", 0, statement, BLOCK)],
        "",
        World::default(),
    );
    let line = scene.line(&request("/foo", HEADERS), "{}").expect("a record");
    let record = parse(&line);
    assert_eq!(
        record["terminatingRuleMatchDetails"][0]["conditionType"],
        "SQL_INJECTION"
    );
    assert_eq!(
        record["terminatingRuleMatchDetails"][0]["sensitivityLevel"],
        "HIGH"
    );
    assert_eq!(record["terminatingRuleMatchDetails"][0]["location"], "HEADER");
    assert_eq!(
        record["terminatingRuleMatchDetails"][0]["matchedData"],
        json!(["10", "AND", "1"])
    );
    let mut rest = record.clone();
    rest["terminatingRuleMatchDetails"] = json!([]);
    let expected = json!({
        "timestamp": 1_576_280_412_771_u64,
        "formatVersion": 1,
        "webaclId": ARN,
        "terminatingRuleId": "STMTest_SQLi_XSS",
        "terminatingRuleType": "REGULAR",
        "action": "BLOCK",
        "terminatingRuleMatchDetails": [],
        "httpSourceName": "-",
        "httpSourceId": "-",
        "ruleGroupList": [],
        "rateBasedRuleList": [],
        "nonTerminatingMatchingRules": [],
        "requestHeadersInserted": null,
        "responseCodeSent": null,
        "httpRequest": {
            "clientIp": "1.1.1.1",
            "country": "AU",
            "headers": [
                {"name": "Host", "value": "localhost:1989"},
                {"name": "User-Agent", "value": "curl/7.61.1"},
                {"name": "Accept", "value": "*/*"},
                {"name": "x-stm-test", "value": "10 AND 1=1"}
            ],
            "uri": "/foo",
            "args": "",
            "httpVersion": "HTTP/1.1",
            "httpMethod": "GET",
            "requestId": "rid",
            "fragment": "",
            "scheme": "http",
            "host": "localhost:1989"
        },
        "requestBodySize": 0,
        "requestBodySizeInspectedByWAF": 0
    });
    assert_eq!(rest, expected);
    // The order of members, too.
    assert_eq!(rest.to_string(), expected.to_string());
}

#[test]
fn a_counting_rule_stands_among_the_non_terminating_ones() {
    let scene = Scene::new(
        &[rule("TestRule", 0, &sqli(&header("x-stm-test")), COUNT)],
        "",
        World::default(),
    );
    let record = scene.record(&request("/foo", HEADERS));
    assert_eq!(record["terminatingRuleId"], "Default_Action");
    assert_eq!(record["action"], "ALLOW");
    let matching = &record["nonTerminatingMatchingRules"][0];
    assert_eq!(matching["ruleId"], "TestRule");
    assert_eq!(matching["action"], "COUNT");
    assert_eq!(
        matching["ruleMatchDetails"][0]["matchedData"],
        json!(["10", "AND", "1"])
    );
}

/// The guide's third example: RuleA-XSS is terminating and RuleB-SQLi is not.
#[test]
fn rules_in_a_group_are_logged_as_in_awss_example() {
    let headers: &[Header<'_>] = &[
        (b"xssfoo", b"<frameset onload=alert(1)>"),
        (b"bar", b"10 AND 1=1"),
    ];
    let world = World {
        group: vec![
            rule("RuleB-SQLi", 0, &sqli(&header("bar")), COUNT),
            rule("RuleA-XSS", 1, &xss(&header("xssfoo")), BLOCK),
        ],
    };
    let reference = format!(r#"{{"RuleGroupReferenceStatement":{{"ARN":"{GROUP}"}}}}"#);
    let scene = Scene::new(
        &[rule(
            "RG-Reference",
            0,
            &reference,
            r#""OverrideAction":{"None":{}}"#,
        )],
        "",
        world,
    );
    let record = scene.record(&request("/foo", headers));
    assert_eq!(record["terminatingRuleId"], "RG-Reference");
    assert_eq!(record["terminatingRuleType"], "GROUP");
    assert_eq!(record["terminatingRuleMatchDetails"][0]["conditionType"], "XSS");
    assert_eq!(
        record["terminatingRuleMatchDetails"][0]["matchedData"],
        json!(["<", "frameset"])
    );
    let group = &record["ruleGroupList"][0];
    assert_eq!(group["ruleGroupId"], GROUP);
    assert_eq!(
        group["terminatingRule"],
        json!({"ruleId": "RuleA-XSS", "action": "BLOCK", "ruleMatchDetails": null})
    );
    assert_eq!(group["nonTerminatingMatchingRules"][0]["ruleId"], "RuleB-SQLi");
    assert_eq!(group["excludedRules"], Value::Null);
    assert_eq!(record["nonTerminatingMatchingRules"], json!([]));
}

/// The guide: "AWS WAF currently reports the location for JSON body inspection as UNKNOWN".
#[test]
fn a_match_in_a_json_body_has_an_unknown_location() {
    let field = r#"{"JsonBody":{"MatchPattern":{"All":{}},"MatchScope":"VALUE"}}"#;
    let scene = Scene::new(
        &[rule("STMTest_SQLi_XSS", 0, &sqli(field), BLOCK)],
        "",
        World::default(),
    );
    let record = scene.record(&request("/", &[]).with_body(br#"{"a":"10 AND 1=1"}"#));
    assert_eq!(record["terminatingRuleMatchDetails"][0]["location"], "UNKNOWN");
    assert_eq!(record["requestBodySize"], 18);
    assert_eq!(record["requestBodySizeInspectedByWAF"], 18);
}

const CAPTCHA: &str = r#""Action":{"Captcha":{"CustomRequestHandling":{"InsertHeaders":[{"Name":"test-header-name","Value":"test-header-value"}]}}}"#;

/// The guide's examples of a CAPTCHA rule, with a good token and without one.
#[test]
fn a_captcha_with_a_good_token_is_a_match_that_does_not_terminate() {
    let mut scene = Scene::new(
        &[rule("captcha-rule", 0, &path_starts("/"), CAPTCHA)],
        "",
        World::default(),
    );
    scene.token = TokenState::Valid {
        captcha_solved: Some(1_632_420_429),
        challenge_solved: None,
    };
    let record = scene.record(&request("/pen-test/pets", &[]));
    assert_eq!(record["action"], "ALLOW");
    assert_eq!(
        record["nonTerminatingMatchingRules"],
        json!([{
            "ruleId": "captcha-rule",
            "action": "CAPTCHA",
            "ruleMatchDetails": [],
            "captchaResponse": {"responseCode": 0, "solveTimestamp": 1_632_420_429}
        }])
    );
    assert_eq!(
        record["requestHeadersInserted"],
        json!([{"name": "x-amzn-waf-test-header-name", "value": "test-header-value"}])
    );
    assert_eq!(record["responseCodeSent"], Value::Null);
}

#[test]
fn a_captcha_without_a_token_terminates_with_405() {
    let scene = Scene::new(
        &[rule("captcha-rule", 0, &path_starts("/"), CAPTCHA)],
        "",
        World::default(),
    );
    let record = scene.record(&request("/pen-test/pets", &[]));
    assert_eq!(record["terminatingRuleId"], "captcha-rule");
    assert_eq!(record["action"], "CAPTCHA");
    assert_eq!(record["responseCodeSent"], 405);
    assert_eq!(record["requestHeadersInserted"], Value::Null);
    assert_eq!(
        record["captchaResponse"],
        json!({"responseCode": 405, "solveTimestamp": 0, "failureReason": "TOKEN_MISSING"})
    );
}

/// The guide's example of a rate-based rule with one key, `Header:dogname`.
#[test]
fn a_rate_based_rule_is_logged_with_its_keys() {
    let statement = format!(
        r#"{{"RateBasedStatement":{{"Limit":10,"EvaluationWindowSec":120,"AggregateKeyType":"CUSTOM_KEYS","CustomKeys":[{{"Header":{{"Name":"dogname",{NONE}}}}}]}}}}"#
    );
    let scene = Scene::new(
        &[rule("RateBasedRule", 1, &statement, BLOCK)],
        "",
        World::default(),
    );
    let headers: &[Header<'_>] = &[(b"dogname", b"ella")];
    let request = request("/", headers);
    let rates = RateCounters::new(&scene.plan);
    let mut verdict = None;
    for now in 0..40_u64 {
        let environment = Environment {
            resource: "",
            limits: scene.limits,
            geo: &NoGeo,
            rates: &rates,
            token: scene.token,
            now: 1_683_355_579_981 + now * 1_000,
        };
        verdict = Some(scene.plan.evaluate(&request, &environment, &mut Scratch::new()));
    }
    let verdict = verdict.expect("a verdict");
    let line = scene
        .recorder("{}")
        .log_line(&request, &verdict, &scene.facts())
        .expect("a record");
    let record = parse(&line);
    assert_eq!(record["terminatingRuleType"], "RATE_BASED");
    assert_eq!(
        record["rateBasedRuleList"],
        json!([{
            "rateBasedRuleId": "RateBasedRule",
            "rateBasedRuleName": "RateBasedRule",
            "limitKey": "CUSTOMKEYS",
            "maxRateAllowed": 10,
            "evaluationWindowSec": "120",
            "customValues": [{"key": "HEADER", "name": "dogname", "value": "ella"}]
        }])
    );
}

#[test]
fn sources_are_named_as_aws_names_them() {
    for (arn, name, id) in [
        (
            "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/my-alb/50dc6c495c0c9188",
            "ALB",
            "111122223333-app/my-alb/50dc6c495c0c9188",
        ),
        (
            "arn:aws:apigateway:us-east-1::/restapis/b34myvfw0b/stages/pen-test",
            "APIGW",
            "111122223333:b34myvfw0b:pen-test",
        ),
        (
            "arn:aws:cloudfront::111122223333:distribution/E2JK6G7H8I9J0K",
            "CF",
            "E2JK6G7H8I9J0K",
        ),
        (
            "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_abc",
            "COGNITOIDP",
            "us-east-1_abc",
        ),
        ("nonsense", "-", "-"),
    ] {
        let source = HttpSource::of_resource(arn, "111122223333");
        assert_eq!((source.name, &*source.id), (name, id), "{arn}");
    }
}

#[test]
fn bytes_that_are_not_utf_8_still_give_a_record() {
    let headers: &[Header<'_>] = &[(b"x", b"\xff\"\x01")];
    let scene = Scene::new(&[], "", World::default());
    let record = scene.record(&request("/%ff?a=\"b\\", headers));
    assert_eq!(record["httpRequest"]["headers"][0]["value"], "\u{fffd}\"\u{1}");
    assert_eq!(record["httpRequest"]["args"], "a=\"b\\");
}
