//! Semantics of statements, fields, actions and groups, each row with the page of AWS's documentation it follows.

mod actions;
mod fields;
mod groups;
mod hostile;
mod memory;
mod statements;

use super::{Environment, Scratch};
use crate::compile::{ManagedRuleGroup, Plan, Resolver};
use crate::geo::{Geo, GeoRecord};
use crate::ip_set::{IpSet, SharedIpSet};
use crate::model::{
    IpAddressVersion, ManagedRuleGroupConfig, RuleGroup, SearchStringEncoding, WebAcl, rules_from_json,
};
use crate::rate::RateCounters;
use crate::regex::{PatternSet, SharedPatternSet};
use crate::request::{Header, HttpRequest, Limits};
use crate::verdict::{TokenState, Verdict};
use std::net::IpAddr;
use std::sync::Arc;

const VISIBILITY: &str =
    r#""VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"m"}"#;
const NONE: &str = r#""TextTransformations":[{"Priority":0,"Type":"NONE"}]"#;

/// `$V` is a visibility configuration, `$T` no transformation.
fn expand(json: &str) -> String {
    json.replace("$V", VISIBILITY).replace("$T", NONE)
}

fn rule(name: &str, priority: u32, statement: &str, rest: &str) -> String {
    expand(&format!(
        r#"{{"Name":"{name}","Priority":{priority},"Statement":{statement},{rest},$V}}"#
    ))
}

fn acl_json(rules: &[String]) -> String {
    expand(&format!(
        r#"{{"Name":"acl","DefaultAction":{{"Allow":{{}}}},"Rules":[{}],$V}}"#,
        rules.join(",")
    ))
}

fn acl(rules: &[String]) -> WebAcl {
    let json = acl_json(rules);
    WebAcl::from_json(json.as_bytes(), SearchStringEncoding::Text)
        .unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// One rule with this statement and the action Block.
fn blocking(statement: &str) -> Plan {
    compile(&acl(&[rule("r", 0, statement, r#""Action":{"Block":{}}"#)]))
}

fn compile(acl: &WebAcl) -> Plan {
    Plan::compile(acl, "111122223333", &World).unwrap_or_else(|error| panic!("{error}"))
}

const CLIENT: &str = "192.0.2.44";

fn get(target: &str) -> HttpRequest<'_> {
    HttpRequest::new(b"GET", target.as_bytes(), CLIENT.parse().expect("an address"))
}

fn evaluate<'p>(plan: &'p Plan, request: &HttpRequest<'_>) -> Verdict<'p> {
    evaluate_with(plan, request, TokenState::Absent)
}

fn evaluate_with<'p>(plan: &'p Plan, request: &HttpRequest<'_>, token: TokenState) -> Verdict<'p> {
    let rates = RateCounters::new(plan);
    let environment = Environment {
        resource: "",
        limits: Limits::default(),
        geo: &World,
        rates: &rates,
        token,
        now: 1_000_000_000,
    };
    plan.evaluate(request, &environment, &mut Scratch::new())
}

fn blocks(plan: &Plan, request: &HttpRequest<'_>) -> bool {
    evaluate(plan, request).action == crate::verdict::ActionTaken::Block
}

fn headers<'a>(list: &[(&'a str, &'a str)]) -> Vec<Header<'a>> {
    list.iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect()
}

/// One IP set, one pattern set, one rule group of each kind, and a small map.
struct World;

impl Geo for World {
    fn locate(&self, ip: IpAddr) -> GeoRecord<'_> {
        match ip.to_string().as_str() {
            "192.0.2.44" => GeoRecord {
                country: Some("US"),
                region: Some("OR"),
            },
            "198.51.100.1" => GeoRecord {
                country: Some("KR"),
                region: None,
            },
            _ => GeoRecord::default(),
        }
    }

    fn autonomous_system(&self, ip: IpAddr) -> Option<u32> {
        match ip.to_string().as_str() {
            "192.0.2.44" => Some(64496),
            "198.51.100.1" => Some(64497),
            _ => None,
        }
    }
}

const GROUP_RULES: &str = r#"[
    {"Name":"first","Priority":0,"Action":{"Count":{}},"RuleLabels":[{"Name":"seen"}],
     "Statement":{"ByteMatchStatement":{"SearchString":"/","FieldToMatch":{"UriPath":{}},$T,"PositionalConstraint":"STARTS_WITH"}},$V},
    {"Name":"second","Priority":1,"Action":{"Block":{}},"RuleLabels":[{"Name":"bad"}],
     "Statement":{"ByteMatchStatement":{"SearchString":"attack","FieldToMatch":{"UriPath":{}},$T,"PositionalConstraint":"CONTAINS"}},$V}
]"#;

impl Resolver for World {
    fn rule_group(&self, arn: &str) -> Option<Arc<RuleGroup>> {
        let json = expand(&format!(r#"{{"Name":"group","Rules":{GROUP_RULES},$V}}"#));
        let group = RuleGroup::from_json(json.as_bytes(), SearchStringEncoding::Text).expect("a rule group");
        arn.ends_with("rulegroup/group/1").then(|| Arc::new(group))
    }

    fn managed_rule_group(
        &self,
        vendor: &str,
        name: &str,
        version: Option<&str>,
        _: &[ManagedRuleGroupConfig],
    ) -> Option<Arc<ManagedRuleGroup>> {
        (vendor == "AWS" && name == "AWSManagedRulesTest").then(|| {
            Arc::new(ManagedRuleGroup {
                vendor_name: vendor.to_owned(),
                name: name.to_owned(),
                version: version.map(str::to_owned),
                capacity: 42,
                label_namespace: "awswaf:managed:aws:test:".to_owned(),
                rules: rules_from_json(expand(GROUP_RULES).as_bytes(), SearchStringEncoding::Text)
                    .expect("rules"),
                custom_response_bodies: std::collections::BTreeMap::default(),
                flood_detection: None,
            })
        })
    }

    fn ip_set(&self, arn: &str) -> Option<Arc<SharedIpSet>> {
        let set = IpSet::new(IpAddressVersion::V4, &["192.0.2.0/24"]).expect("a set");
        arn.ends_with("ipset/test/1")
            .then(|| Arc::new(SharedIpSet::new(set)))
    }

    fn regex_pattern_set(&self, arn: &str) -> Option<Arc<SharedPatternSet>> {
        let set = PatternSet::new(&["^/admin", "secret[0-9]+"]).expect("a set");
        arn.ends_with("regexpatternset/test/1")
            .then(|| Arc::new(SharedPatternSet::new(set)))
    }
}
