//! What gateways are told: application load balancers as fronts, and the groups that they send to.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::Fronts;
use haechi_dataplane::front::{
    self as plane, DesyncMitigation, ForwardedFor, Front, FrontSettings, Patterns, ResourceKind, Stickiness,
    WeightedGroup,
};
use haechi_store::{Record, Scope, Store, Table};

use crate::LoadBalancing;
use crate::attributes::listener::RESPONSE_HEADERS;
use crate::find::key_of;
use crate::model::action::{Action, Effect};
use crate::model::condition::{Condition, Values};
use crate::model::listener::Listener;
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::model::rule::{Rule, Transform, TransformedPart};
use crate::model::target::Target;
use crate::model::target_group::{TargetGroup, TargetType};
use crate::store::{LISTENERS, LOAD_BALANCERS, RULES, TARGET_GROUPS, TARGETS};

/// How many records one read takes.
const CHUNK: usize = 1_000;

#[async_trait]
impl Fronts for LoadBalancing {
    async fn fronts(&self) -> Result<(Vec<Front>, Vec<plane::TargetGroup>), Failure> {
        let store = &self.platform.store;
        let listeners = everywhere(store, &LISTENERS).await?;
        let rules = everywhere(store, &RULES).await?;
        let mut fronts = Vec::new();
        for (place, load_balancer) in everywhere(store, &LOAD_BALANCERS).await? {
            if load_balancer.kind == Kind::Application {
                let own = listeners
                    .iter()
                    .map(|(_, listener)| listener.as_ref())
                    .filter(|listener| listener.load_balancer == load_balancer.arn);
                let own = own.map(|listener| (listener, rules_of(listener, &rules)));
                fronts.push(front(&place, &load_balancer, own.collect()));
            }
        }
        let mut targets: BTreeMap<(Scope, String), Vec<std::sync::Arc<Target>>> = BTreeMap::new();
        let now = self.platform.now().as_millis();
        for (place, name, target) in everywhere_named(store, &TARGETS).await? {
            if !target.is_gone(now) {
                targets.entry((place, name)).or_default().push(target);
            }
        }
        let mut groups = Vec::new();
        for (place, group) in everywhere(store, &TARGET_GROUPS).await? {
            if group.is_for_http() && group.target_type == TargetType::Ip {
                let own = targets.remove(&(place, group.name.clone())).unwrap_or_default();
                groups.push(target_group(&group, &own));
            }
        }
        Ok((fronts, groups))
    }

    async fn protectable(&self, resource: &Arn) -> Result<Option<(ResourceKind, AccountId)>, Failure> {
        let (Ok(account), Ok(region), Ok(key)) = (
            AccountId::parse(resource.account()),
            Region::parse(resource.region()),
            key_of::<LoadBalancer>(resource.as_str()),
        ) else {
            return Ok(None);
        };
        let place = region.scope(&account);
        let found = self.platform.store.get(&LOAD_BALANCERS, &place, &key).await?;
        let found = found.filter(|found| found.arn == resource.as_str() && found.kind == Kind::Application);
        Ok(found.map(|_| (ResourceKind::ApplicationLoadBalancer, account)))
    }
}

type Found<T> = Vec<(Scope, std::sync::Arc<T>)>;

/// All records of a table.
async fn everywhere<T: Record>(store: &Store, table: &Table<T>) -> Result<Found<T>, Failure> {
    let found = everywhere_named(store, table).await?;
    Ok(found
        .into_iter()
        .map(|(place, _, record)| (place, record))
        .collect())
}

/// All records of a table, with the first part of their keys.
async fn everywhere_named<T: Record>(
    store: &Store,
    table: &Table<T>,
) -> Result<Vec<(Scope, String, std::sync::Arc<T>)>, Failure> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let chunk = store.list_everywhere(table, after.as_ref(), CHUNK).await?;
        let full = chunk.len() == CHUNK;
        for (place, id, record) in chunk {
            after = Some(table.key(&place, &id));
            all.push((place, id.str(0).unwrap_or_default().to_owned(), record.value));
        }
        if !full {
            return Ok(all);
        }
    }
}

/// A listener's rules in the order in which they are asked.
fn rules_of<'a>(listener: &Listener, rules: &'a Found<Rule>) -> Vec<&'a Rule> {
    let own = rules.iter().map(|(_, rule)| rule.as_ref());
    let mut own: Vec<&Rule> = own.filter(|rule| rule.listener == listener.arn).collect();
    own.sort_by_key(|rule| rule.priority);
    own
}

fn front(place: &Scope, load_balancer: &LoadBalancer, listeners: Vec<(&Listener, Vec<&Rule>)>) -> Front {
    let name = load_balancer.dns_name.to_ascii_lowercase();
    let mut settings = settings(load_balancer);
    for (listener, _) in &listeners {
        for header in response_headers(listener) {
            if !settings.response_headers.contains(&header) {
                settings.response_headers.push(header);
            }
        }
    }
    Front {
        resource: load_balancer.arn.clone(),
        kind: ResourceKind::ApplicationLoadBalancer,
        account: place.account.clone(),
        region: place.region.clone(),
        host_names: vec![name.clone(), format!("dualstack.{name}")],
        base_path: None,
        listeners: listeners
            .into_iter()
            .filter_map(|(listener, rules)| self::listener(listener, &rules))
            .collect(),
        settings,
    }
}

fn settings(load_balancer: &LoadBalancer) -> FrontSettings {
    let attributes = load_balancer.all_attributes();
    FrontSettings {
        idle_timeout: attributes.number("idle_timeout.timeout_seconds"),
        drop_invalid_header_fields: attributes.flag("routing.http.drop_invalid_header_fields.enabled"),
        preserve_host: attributes.flag("routing.http.preserve_host_header.enabled"),
        forwarded_for: match attributes.text("routing.http.xff_header_processing.mode") {
            "preserve" => ForwardedFor::Preserve,
            "remove" => ForwardedFor::Remove,
            _ => ForwardedFor::Append,
        },
        forwarded_headers: true,
        http2: attributes.flag("routing.http2.enabled"),
        desync_mitigation: match attributes.text("routing.http.desync_mitigation_mode") {
            "monitor" => DesyncMitigation::Monitor,
            "strictest" => DesyncMitigation::Strictest,
            _ => DesyncMitigation::Defensive,
        },
        fail_open: attributes.flag("waf.fail_open.enabled"),
        response_headers: Vec::new(),
    }
}

/// The headers that a listener's attributes set.
fn response_headers(listener: &Listener) -> Vec<(String, String)> {
    let attributes = listener.all_attributes();
    RESPONSE_HEADERS
        .iter()
        .map(|(key, header)| ((*header).to_owned(), attributes.text(key).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn listener(listener: &Listener, rules: &[&Rule]) -> Option<plane::Listener> {
    Some(plane::Listener {
        arn: Some(listener.arn.clone()),
        port: listener.port?,
        tls: listener.is_secure(),
        certificates: listener.certificates.clone(),
        rules: rules
            .iter()
            .filter_map(|rule| {
                Some(plane::Rule {
                    arn: Some(rule.arn.clone()),
                    conditions: rule.conditions.iter().map(condition).collect(),
                    transforms: rule.transforms.iter().map(transform).collect(),
                    action: action(&rule.actions)?,
                })
            })
            .collect(),
        default_action: action(&listener.default_actions)?,
    })
}

fn patterns(values: &Values) -> Patterns {
    match values {
        Values::Wildcards(values) => Patterns::Wildcards(values.clone()),
        Values::Regexes(values) => Patterns::Regexes(values.clone()),
    }
}

fn condition(condition: &Condition) -> plane::Condition {
    match condition {
        Condition::HostHeader(values) => plane::Condition::HostHeader(patterns(values)),
        Condition::PathPattern(values) => plane::Condition::PathPattern(patterns(values)),
        Condition::HttpHeader { name, values } => plane::Condition::Header {
            name: name.clone(),
            values: patterns(values),
        },
        Condition::Method(methods) => plane::Condition::Method(methods.clone()),
        Condition::Query(pairs) => plane::Condition::Query(
            pairs
                .iter()
                .map(|pair| (pair.key.clone(), pair.value.clone()))
                .collect(),
        ),
        Condition::SourceIp(ranges) => plane::Condition::SourceIp(ranges.clone()),
    }
}

fn transform(transform: &Transform) -> plane::Transform {
    let (regex, replace) = (transform.regex.clone(), transform.replace.clone());
    match transform.part {
        TransformedPart::HostHeader => plane::Transform::HostHeader { regex, replace },
        TransformedPart::Url => plane::Transform::Url { regex, replace },
    }
}

/// The action that ends a rule.
fn action(actions: &[Action]) -> Option<plane::Action> {
    Some(match &actions.last()?.effect {
        Effect::Forward(forward) => plane::Action::Forward {
            groups: forward
                .groups
                .iter()
                .map(|group| WeightedGroup {
                    group: group.arn.clone(),
                    weight: u32::try_from(group.weight).unwrap_or(0),
                })
                .collect(),
            group_stickiness: forward
                .stickiness
                .as_ref()
                .filter(|stickiness| stickiness.enabled)
                .and_then(|stickiness| stickiness.seconds)
                .and_then(|seconds| u32::try_from(seconds).ok()),
        },
        Effect::Redirect(redirect) => plane::Action::Redirect {
            protocol: redirect.protocol.clone(),
            host: redirect.host.clone(),
            port: redirect.port.clone(),
            path: redirect.path.clone(),
            query: redirect.query.clone(),
            status: if redirect.status == "HTTP_301" { 301 } else { 302 },
        },
        Effect::Fixed(fixed) => plane::Action::Fixed {
            status: fixed.status.parse().ok()?,
            headers: fixed
                .content_type
                .iter()
                .map(|kind| ("content-type".to_owned(), kind.clone()))
                .collect(),
            body: fixed.body.clone().unwrap_or_default(),
        },
    })
}

fn target_group(group: &TargetGroup, targets: &[std::sync::Arc<Target>]) -> plane::TargetGroup {
    let (attributes, check) = (group.all_attributes(), &group.health_check);
    let seconds = |value: i32| u32::try_from(value).unwrap_or(0);
    plane::TargetGroup {
        arn: group.arn.clone(),
        tls: group.protocol.as_deref() == Some("HTTPS"),
        http2: matches!(group.protocol_version.as_deref(), Some("HTTP2" | "GRPC")),
        targets: targets
            .iter()
            .filter_map(|target| {
                Some(plane::Target {
                    id: target.id.clone(),
                    address: target.id.parse().ok()?,
                    port: target.port?,
                    draining: target.draining_until_ms.is_some(),
                })
            })
            .collect(),
        health_check: plane::HealthCheck {
            enabled: check.enabled,
            tls: check.protocol.as_deref() == Some("HTTPS"),
            port: check.port.as_deref().and_then(|port| port.parse().ok()),
            path: check.path.clone().unwrap_or_else(|| "/".to_owned()),
            interval: seconds(check.interval),
            timeout: seconds(check.timeout),
            healthy_threshold: seconds(check.healthy),
            unhealthy_threshold: seconds(check.unhealthy),
            matcher: check.http_code.clone().unwrap_or_else(|| "200".to_owned()),
        },
        algorithm: attributes.text("load_balancing.algorithm.type").to_owned(),
        stickiness: attributes.flag("stickiness.enabled").then(|| {
            if attributes.text("stickiness.type") == "app_cookie" {
                Stickiness::Application {
                    cookie: attributes.text("stickiness.app_cookie.cookie_name").to_owned(),
                    seconds: attributes.number("stickiness.app_cookie.duration_seconds"),
                }
            } else {
                Stickiness::Balancer {
                    seconds: attributes.number("stickiness.lb_cookie.duration_seconds"),
                }
            }
        }),
        deregistration_delay: attributes.number("deregistration_delay.timeout_seconds"),
        slow_start: attributes.number("slow_start.duration_seconds"),
    }
}
