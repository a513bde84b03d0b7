//! Cost of an evaluation: an empty web ACL, one of the size of the managed groups, ordinary and hostile requests.
//! `cargo bench -p haechi-bench-waf`.

use divan::{Bencher, counter::BytesCount};
use haechi_bench_waf::environment;
use haechi_bench_waf::requests::{BROWSER, HOSTILE, browser_get, json_body, json_headers, post};
use haechi_waf::compile::{NoResolver, Plan};
use haechi_waf::evaluate::Scratch;
use haechi_waf::model::{SearchStringEncoding, WebAcl};
use haechi_waf::rate::RateCounters;
use haechi_waf::request::HttpRequest;

fn main() {
    divan::main();
}

const VISIBILITY: &str =
    r#""VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"m"}"#;

const FIELDS: [&str; 5] = [
    r#"{"AllQueryArguments":{}}"#,
    r#"{"UriPath":{}}"#,
    r#"{"Body":{"OversizeHandling":"CONTINUE"}}"#,
    r#"{"Cookies":{"MatchPattern":{"All":{}},"MatchScope":"ALL","OversizeHandling":"CONTINUE"}}"#,
    r#"{"JsonBody":{"MatchPattern":{"All":{}},"MatchScope":"VALUE","InvalidFallbackBehavior":"EVALUATE_AS_STRING"}}"#,
];

const PATTERNS: [&str; 12] = [
    r"(?i)union\s+(?:all\s+)?select",
    r"(?i)(?:eval|system|exec|passthru)\s*\(",
    r"\.\./|\.\.\\",
    r"(?i)<script[^>]*>",
    r"(?i)javascript:",
    r"(?i)\$\{jndi:(?:ldap|rmi|dns)",
    r"(?i)etc/(?:passwd|shadow|group)",
    r"(?i)\bor\b\s+\d+\s*=\s*\d+",
    r"(?i)(?:wget|curl)\s+https?://",
    r"(?i)on(?:load|error|click|mouseover)\s*=",
    r"(?i)\b(?:sleep|benchmark|pg_sleep)\s*\(\s*\d",
    r"169\.254\.169\.254",
];

const CHAINS: [&str; 3] = [
    r#"[{"Priority":0,"Type":"URL_DECODE_UNI"},{"Priority":1,"Type":"LOWERCASE"}]"#,
    r#"[{"Priority":0,"Type":"URL_DECODE_UNI"},{"Priority":1,"Type":"HTML_ENTITY_DECODE"},{"Priority":2,"Type":"JS_DECODE"}]"#,
    r#"[{"Priority":0,"Type":"URL_DECODE_UNI"},{"Priority":1,"Type":"NORMALIZE_PATH_WIN"}]"#,
];

/// 180 expressions on 15 slots, and both injection detectors on each component.
fn managed_size() -> Plan {
    let mut statements = Vec::new();
    for field in FIELDS {
        for chain in CHAINS {
            for pattern in PATTERNS {
                let pattern = pattern.replace('\\', "\\\\");
                statements.push(format!(
                    r#"{{"RegexMatchStatement":{{"RegexString":"{pattern}","FieldToMatch":{field},"TextTransformations":{chain}}}}}"#
                ));
            }
        }
        statements.push(format!(
            r#"{{"SqliMatchStatement":{{"FieldToMatch":{field},"TextTransformations":{},"SensitivityLevel":"HIGH"}}}}"#,
            CHAINS[0]
        ));
        statements.push(format!(
            r#"{{"XssMatchStatement":{{"FieldToMatch":{field},"TextTransformations":{}}}}}"#,
            CHAINS[1]
        ));
    }
    plan(&statements)
}

fn plan(statements: &[String]) -> Plan {
    let rules: Vec<_> = statements
        .iter()
        .enumerate()
        .map(|(nth, statement)| {
            format!(r#"{{"Name":"r{nth}","Priority":{nth},"Action":{{"Count":{{}}}},"Statement":{statement},{VISIBILITY}}}"#)
        })
        .collect();
    let json = format!(
        r#"{{"Name":"a","DefaultAction":{{"Allow":{{}}}},"Rules":[{}],{VISIBILITY}}}"#,
        rules.join(",")
    );
    let acl = WebAcl::from_json(json.as_bytes(), SearchStringEncoding::Text).expect("a web ACL");
    Plan::compile(&acl, "111122223333", &NoResolver).expect("a plan")
}

fn measure(bencher: Bencher<'_, '_>, plan: &Plan, request: HttpRequest<'_>) {
    let rates = RateCounters::new(plan);
    let environment = environment::plain(&rates);
    let mut scratch = Scratch::new();
    let inspected = request.body.len();
    bencher
        .counter(BytesCount::new(inspected))
        .bench_local(|| plan.evaluate(divan::black_box(&request), &environment, &mut scratch));
}

#[divan::bench]
fn empty_acl(bencher: Bencher<'_, '_>) {
    measure(bencher, &plan(&[]), browser_get());
}

#[divan::bench]
fn get(bencher: Bencher<'_, '_>) {
    measure(bencher, &managed_size(), browser_get());
}

#[divan::bench]
fn json_post(bencher: Bencher<'_, '_>) {
    let (headers, body) = (json_headers(), json_body());
    measure(bencher, &managed_size(), post("/cart", &headers, body.as_bytes()));
}

/// 8 KiB of one thing in the body: time per byte must stay below 1 µs.
#[divan::bench(args = HOSTILE)]
fn hostile_body(bencher: Bencher<'_, '_>, piece: &str) {
    let body = piece.repeat(8192 / piece.len());
    measure(bencher, &managed_size(), post("/", &BROWSER, body.as_bytes()));
}

/// What compiling a plan costs.
#[divan::bench(sample_count = 5)]
fn compile() -> Plan {
    managed_size()
}
