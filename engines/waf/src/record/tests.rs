//! Records against AWS's examples (developer guide, page "Log examples for protection pack (web ACL) traffic") and
//! the rules of filters, redaction, samples and metrics, each with its source.

mod hiding;
mod metrics;
mod records;
mod samples;

use super::{Counters, Facts, HttpSource, LoggingConfiguration, Recorder};
use crate::compile::{ManagedRuleGroup, Plan, Resolver};
use crate::evaluate::{Environment, Scratch};
use crate::geo::NoGeo;
use crate::ip_set::SharedIpSet;
use crate::model::{ManagedRuleGroupConfig, RuleGroup, SearchStringEncoding, WebAcl, rules_from_json};
use crate::rate::RateCounters;
use crate::regex::SharedPatternSet;
use crate::request::{Header, HttpRequest, Limits};
use crate::verdict::{TokenState, Verdict};
use serde_json::Value;
use std::sync::Arc;

const ARN: &str =
    "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/acl/5933d6d9-9dde-4a82-88aa-9cc28aa90000";
const GROUP: &str = "arn:aws:wafv2:us-east-1:111122223333:regional/rulegroup/hello-world/c05cb698-1f11-4a41-aef4-99a506d53f4b";

fn visibility(metric: &str) -> String {
    format!(
        r#""VisibilityConfig":{{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"{metric}"}}"#
    )
}

/// A rule whose metric is its name with `M` in front.
fn rule(name: &str, priority: u32, statement: &str, action: &str) -> String {
    let visibility = visibility(&format!("M{name}"));
    format!(r#"{{"Name":"{name}","Priority":{priority},"Statement":{statement},{action},{visibility}}}"#)
}

const BLOCK: &str = r#""Action":{"Block":{}}"#;
const COUNT: &str = r#""Action":{"Count":{}}"#;
const NONE: &str = r#""TextTransformations":[{"Priority":0,"Type":"NONE"}]"#;

fn sqli(field: &str) -> String {
    format!(r#"{{"SqliMatchStatement":{{"FieldToMatch":{field},{NONE}}}}}"#)
}

fn xss(field: &str) -> String {
    format!(r#"{{"XssMatchStatement":{{"FieldToMatch":{field},{NONE}}}}}"#)
}

fn header(name: &str) -> String {
    format!(r#"{{"SingleHeader":{{"Name":"{name}"}}}}"#)
}

fn path_starts(prefix: &str) -> String {
    format!(
        r#"{{"ByteMatchStatement":{{"SearchString":"{prefix}","PositionalConstraint":"STARTS_WITH","FieldToMatch":{{"UriPath":{{}}}},{NONE}}}}}"#
    )
}

/// Knows one rule group of the account and one managed one, with the rules given as JSON.
#[derive(Default)]
struct World {
    group: Vec<String>,
}

impl World {
    fn rules(&self) -> String {
        format!("[{}]", self.group.join(","))
    }
}

impl Resolver for World {
    fn rule_group(&self, arn: &str) -> Option<Arc<RuleGroup>> {
        let json = format!(
            r#"{{"Name":"hello-world","Rules":{},{}}}"#,
            self.rules(),
            visibility("MGroup")
        );
        let group = RuleGroup::from_json(json.as_bytes(), SearchStringEncoding::Text).expect("a rule group");
        (arn == GROUP).then(|| Arc::new(group))
    }

    fn managed_rule_group(
        &self,
        vendor: &str,
        name: &str,
        _: Option<&str>,
        _: &[ManagedRuleGroupConfig],
    ) -> Option<Arc<ManagedRuleGroup>> {
        let rules = rules_from_json(self.rules().as_bytes(), SearchStringEncoding::Text).expect("rules");
        Some(Arc::new(ManagedRuleGroup {
            vendor_name: vendor.to_owned(),
            name: name.to_owned(),
            version: None,
            capacity: 10,
            label_namespace: "awswaf:managed:aws:sql-database:".to_owned(),
            rules,
            custom_response_bodies: Default::default(),
            flood_detection: None,
        }))
    }

    fn ip_set(&self, _: &str) -> Option<Arc<SharedIpSet>> {
        None
    }

    fn regex_pattern_set(&self, _: &str) -> Option<Arc<SharedPatternSet>> {
        None
    }
}

/// A web ACL with a request under way.
struct Scene {
    acl: WebAcl,
    plan: Plan,
    world: World,
    token: TokenState,
    source: HttpSource,
    limits: Limits,
}

impl Scene {
    fn new(rules: &[String], rest: &str, world: World) -> Self {
        let json = format!(
            r#"{{"Name":"acl","DefaultAction":{{"Allow":{{}}}},"Rules":[{}],{}{rest}}}"#,
            rules.join(","),
            visibility("MAcl")
        );
        let acl = WebAcl::from_json(json.as_bytes(), SearchStringEncoding::Text)
            .unwrap_or_else(|error| panic!("{error}: {json}"));
        let plan = Plan::compile(&acl, "111122223333", &world).unwrap_or_else(|error| panic!("{error}"));
        Self {
            acl,
            plan,
            world,
            token: TokenState::Absent,
            source: HttpSource::unknown(),
            limits: Limits::default(),
        }
    }

    fn verdict(&self, request: &HttpRequest<'_>) -> Verdict<'_> {
        let rates = RateCounters::new(&self.plan);
        let environment = Environment {
            resource: "",
            limits: self.limits,
            geo: &NoGeo,
            rates: &rates,
            token: self.token,
            now: 1_632_420_429_309,
        };
        self.plan.evaluate(request, &environment, &mut Scratch::new())
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            timestamp: 1_576_280_412_771,
            source: &self.source,
            request_id: "rid",
            country: Some("AU"),
            scheme: "http",
            limits: &self.limits,
        }
    }

    fn recorder(&self, logging: &str) -> Recorder {
        let logging = LoggingConfiguration::from_json(logging.as_bytes()).expect("a logging configuration");
        Recorder::new(&self.acl, ARN, Some(&logging), &self.world)
    }

    fn line(&self, request: &HttpRequest<'_>, logging: &str) -> Option<String> {
        self.recorder(logging)
            .log_line(request, &self.verdict(request), &self.facts())
    }

    fn record(&self, request: &HttpRequest<'_>) -> Value {
        parse(&self.line(request, "{}").expect("a record"))
    }

    fn counted(&self, request: &HttpRequest<'_>) -> Vec<String> {
        let mut counters = Counters::default();
        self.recorder("{}")
            .count(&self.verdict(request), &self.facts(), &mut counters);
        let mut names: Vec<String> = counters
            .drain()
            .into_iter()
            .map(|count| {
                assert_eq!((count.minute, count.count), (1_576_280_400, 1));
                let dimensions = count
                    .dimensions
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"));
                format!("{} {}", count.name, dimensions.collect::<Vec<_>>().join(","))
            })
            .collect();
        names.sort();
        names
    }
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn request<'a>(target: &'a str, headers: &'a [Header<'a>]) -> HttpRequest<'a> {
    HttpRequest::new(b"GET", target.as_bytes(), "1.1.1.1".parse().expect("an address")).with_headers(headers)
}
