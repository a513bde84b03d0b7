//! Cost of an evaluation: an empty web ACL, one of the size of the managed groups, ordinary and hostile requests.
//! `cargo bench -p haechi-waf`.

use divan::{Bencher, counter::BytesCount};
use haechi_waf::compile::{NoResolver, Plan};
use haechi_waf::evaluate::{Environment, Scratch};
use haechi_waf::geo::NoGeo;
use haechi_waf::model::{SearchStringEncoding, WebAcl};
use haechi_waf::rate::RateCounters;
use haechi_waf::request::{Header, HttpRequest, Limits};
use haechi_waf::verdict::TokenState;

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

fn browser() -> Vec<Header<'static>> {
    [
        ("host", "shop.example.com"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
        ("accept-language", "ko-KR,ko;q=0.9,en;q=0.8"),
        ("accept-encoding", "gzip, deflate, br"),
        ("cookie", "session=4f1c2a9b8e7d6c5b4a39281706f5e4d3; theme=dark; _ga=GA1.2.1234567890.1700000000"),
        ("referer", "https://shop.example.com/products?page=2"),
    ]
    .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
    .to_vec()
}

fn json_body() -> String {
    let items: Vec<_> = (0..12)
        .map(|n| format!(r#"{{"id":{n},"name":"Product number {n}","price":19.95,"tags":["new","sale"]}}"#))
        .collect();
    format!(
        r#"{{"cart":"c-81729","items":[{}],"note":"Please leave it at the door, thanks!"}}"#,
        items.join(",")
    )
}

fn measure(bencher: Bencher<'_, '_>, plan: &Plan, request: HttpRequest<'_>) {
    let rates = RateCounters::new(plan);
    let environment = Environment {
        limits: Limits::default(),
        geo: &NoGeo,
        rates: &rates,
        token: TokenState::Absent,
        now: 0,
    };
    let mut scratch = Scratch::new();
    bencher.bench_local(|| plan.evaluate(divan::black_box(&request), &environment, &mut scratch));
}

fn request<'a>(target: &'a str, headers: &'a [Header<'a>]) -> HttpRequest<'a> {
    HttpRequest::new(
        b"GET",
        target.as_bytes(),
        "192.0.2.1".parse().expect("an address"),
    )
    .with_headers(headers)
}

const TARGET: &str = "/products/shoes/running?color=dark%20blue&size=42&q=light+trail+shoes";

#[divan::bench]
fn empty_acl(bencher: Bencher<'_, '_>) {
    let headers = browser();
    measure(bencher, &plan(&[]), request(TARGET, &headers));
}

#[divan::bench]
fn browser_get(bencher: Bencher<'_, '_>) {
    let headers = browser();
    measure(bencher, &managed_size(), request(TARGET, &headers));
}

#[divan::bench]
fn json_post(bencher: Bencher<'_, '_>) {
    let (headers, body) = (browser(), json_body());
    measure(
        bencher,
        &managed_size(),
        request("/cart", &headers).with_body(body.as_bytes()),
    );
}

const HOSTILE: [&str; 12] = [
    "%u00",
    "'",
    "((",
    "<a ",
    "\\",
    "/*",
    "&#x",
    "union select ",
    "../",
    "eval(",
    "[",
    "onload= ",
];

/// 8 KiB of one thing in the body: time per byte must stay below 1 µs.
#[divan::bench(args = HOSTILE)]
fn hostile_body(bencher: Bencher<'_, '_>, piece: &str) {
    let headers = browser();
    let body = piece.repeat(8192 / piece.len());
    let plan = managed_size();
    let rates = RateCounters::new(&plan);
    let environment = Environment {
        limits: Limits::default(),
        geo: &NoGeo,
        rates: &rates,
        token: TokenState::Absent,
        now: 0,
    };
    let mut scratch = Scratch::new();
    let request = request("/", &headers).with_body(body.as_bytes());
    bencher
        .counter(BytesCount::of_slice(body.as_bytes()))
        .bench_local(|| plan.evaluate(divan::black_box(&request), &environment, &mut scratch));
}

/// What compiling a plan costs.
#[divan::bench(sample_count = 5)]
fn compile() -> Plan {
    managed_size()
}
