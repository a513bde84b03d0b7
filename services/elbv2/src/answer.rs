//! Records as the API shows them.

use haechi_api_elbv2 as api;
use haechi_wire::Timestamp;

use crate::model::action::{Action, Effect};
use crate::model::condition::{Condition, Values};
use crate::model::listener::Listener;
use crate::model::load_balancer::{Kind, LoadBalancer, Zone};
use crate::model::rule::{Rule, Transform, TransformedPart};
use crate::model::target_group::TargetGroup;

/// A load balancer that is there: it is active.
pub(crate) fn load_balancer(shown: &LoadBalancer) -> api::LoadBalancer {
    let scheme = if shown.internal {
        api::LoadBalancerSchemeEnum::Internal
    } else {
        api::LoadBalancerSchemeEnum::InternetFacing
    };
    api::LoadBalancer {
        load_balancer_arn: Some(shown.arn.clone()),
        dns_name: (shown.kind != Kind::Gateway).then(|| shown.dns_name.clone()),
        canonical_hosted_zone_id: shown.hosted_zone.clone(),
        created_time: Some(Timestamp::from_millis(shown.created_ms)),
        load_balancer_name: Some(shown.name.clone()),
        scheme: (shown.kind != Kind::Gateway).then_some(scheme),
        vpc_id: Some(shown.vpc.clone()),
        state: Some(api::LoadBalancerState {
            code: Some(api::LoadBalancerStateEnum::Active),
            reason: None,
        }),
        r#type: Some(shown.kind.name().into()),
        availability_zones: Some(zones(shown)),
        security_groups: (!shown.security_groups.is_empty()).then(|| shown.security_groups.clone()),
        ip_address_type: Some(shown.ip_address_type.as_str().into()),
        customer_owned_ipv4_pool: shown.customer_owned_pool.clone(),
        enforce_security_group_inbound_rules_on_private_link_traffic: shown.private_link_rules.clone(),
        enable_prefix_for_ipv6_source_nat: shown.ipv6_source_nat.as_deref().map(Into::into),
        ipam_pools: shown.ipam_pool.clone().map(ipam_pools),
    }
}

/// An IPAM pool.
pub(crate) fn ipam_pools(pool: String) -> api::IpamPools {
    api::IpamPools {
        ipv4_ipam_pool_id: Some(pool),
    }
}

/// The zones of a load balancer.
pub(crate) fn zones(shown: &LoadBalancer) -> Vec<api::AvailabilityZone> {
    let zone = |zone: &Zone| api::AvailabilityZone {
        zone_name: Some(zone.name.clone()),
        subnet_id: Some(zone.subnet.clone()),
        load_balancer_addresses: Some(
            zone.address
                .iter()
                .map(|address| api::LoadBalancerAddress {
                    ip_address: address.public_ipv4.clone(),
                    allocation_id: address.allocation.clone(),
                    private_i_pv4_address: address.private_ipv4.clone(),
                    i_pv6_address: address.ipv6.clone(),
                })
                .collect(),
        ),
        ..api::AvailabilityZone::default()
    };
    shown.zones.iter().map(zone).collect()
}

/// A zone as a request would name it.
pub(crate) fn mapping(zone: &Zone) -> api::SubnetMapping {
    let address = zone.address.clone().unwrap_or_default();
    api::SubnetMapping {
        subnet_id: Some(zone.subnet.clone()),
        allocation_id: address.allocation,
        private_i_pv4_address: address.private_ipv4,
        i_pv6_address: address.ipv6,
        source_nat_ipv6_prefix: None,
    }
}

/// A target group with the load balancers that send to it.
pub(crate) fn target_group(group: &TargetGroup, load_balancers: Vec<String>) -> api::TargetGroup {
    let check = &group.health_check;
    let matcher = (check.http_code.is_some() || check.grpc_code.is_some()).then(|| api::Matcher {
        http_code: check.http_code.clone(),
        grpc_code: check.grpc_code.clone(),
    });
    api::TargetGroup {
        target_group_arn: Some(group.arn.clone()),
        target_group_name: Some(group.name.clone()),
        protocol: group.protocol.as_deref().map(Into::into),
        port: group.port.map(Into::into),
        vpc_id: group.vpc.clone(),
        health_check_protocol: check.protocol.as_deref().map(Into::into),
        health_check_port: check.port.clone(),
        health_check_enabled: Some(check.enabled),
        health_check_interval_seconds: Some(check.interval),
        health_check_timeout_seconds: Some(check.timeout),
        healthy_threshold_count: Some(check.healthy),
        unhealthy_threshold_count: Some(check.unhealthy),
        health_check_path: check.path.clone(),
        matcher,
        load_balancer_arns: Some(load_balancers),
        target_type: Some(group.target_type.name().into()),
        protocol_version: group.protocol_version.clone(),
        ip_address_type: group.ip_address_type.as_deref().map(Into::into),
        target_control_port: None,
    }
}

/// A listener. Of its certificates only the default one is shown here.
pub(crate) fn listener(shown: &Listener) -> api::Listener {
    let certificate = shown.certificates.first().map(|arn| {
        vec![api::Certificate {
            certificate_arn: Some(arn.clone()),
            is_default: None,
        }]
    });
    api::Listener {
        listener_arn: Some(shown.arn.clone()),
        load_balancer_arn: Some(shown.load_balancer.clone()),
        port: shown.port.map(Into::into),
        protocol: shown.protocol.as_deref().map(Into::into),
        certificates: certificate,
        ssl_policy: shown.ssl_policy.clone(),
        default_actions: Some(actions(&shown.default_actions)),
        alpn_policy: (!shown.alpn_policy.is_empty()).then(|| shown.alpn_policy.clone()),
        mutual_authentication: (shown.protocol.as_deref() == Some("HTTPS")).then(|| {
            api::MutualAuthenticationAttributes {
                mode: Some("off".to_owned()),
                ..api::MutualAuthenticationAttributes::default()
            }
        }),
    }
}

/// A rule that somebody made.
pub(crate) fn rule(shown: &Rule) -> api::Rule {
    api::Rule {
        rule_arn: Some(shown.arn.clone()),
        priority: Some(shown.priority.to_string()),
        conditions: Some(shown.conditions.iter().map(condition).collect()),
        actions: Some(actions(&shown.actions)),
        is_default: Some(false),
        transforms: Some(transforms(&shown.transforms)),
    }
}

/// The rule that a listener has anyway.
pub(crate) fn default_rule(listener: &Listener) -> api::Rule {
    api::Rule {
        rule_arn: Some(listener.default_rule.clone()),
        priority: Some("default".to_owned()),
        conditions: Some(Vec::new()),
        actions: Some(actions(&listener.default_actions)),
        is_default: Some(true),
        transforms: Some(Vec::new()),
    }
}

/// Actions: a single group is shown in both forms.
pub(crate) fn actions(actions: &[Action]) -> Vec<api::Action> {
    actions.iter().map(action).collect()
}

fn action(action: &Action) -> api::Action {
    let mut shown = api::Action {
        order: action.order,
        ..api::Action::default()
    };
    match &action.effect {
        Effect::Forward(forward) => {
            shown.r#type = Some(api::ActionTypeEnum::Forward);
            if let [only] = &forward.groups[..] {
                shown.target_group_arn = Some(only.arn.clone());
            }
            let groups = forward.groups.iter().map(|group| api::TargetGroupTuple {
                target_group_arn: Some(group.arn.clone()),
                weight: Some(group.weight),
            });
            let stickiness = forward.stickiness.as_ref();
            shown.forward_config = Some(api::ForwardActionConfig {
                target_groups: Some(groups.collect()),
                target_group_stickiness_config: Some(api::TargetGroupStickinessConfig {
                    enabled: Some(stickiness.is_some_and(|stickiness| stickiness.enabled)),
                    duration_seconds: stickiness.and_then(|stickiness| stickiness.seconds),
                }),
            });
        }
        Effect::Redirect(redirect) => {
            shown.r#type = Some(api::ActionTypeEnum::Redirect);
            shown.redirect_config = Some(api::RedirectActionConfig {
                protocol: Some(redirect.protocol.clone()),
                port: Some(redirect.port.clone()),
                host: Some(redirect.host.clone()),
                path: Some(redirect.path.clone()),
                query: Some(redirect.query.clone()),
                status_code: Some(redirect.status.as_str().into()),
            });
        }
        Effect::Fixed(fixed) => {
            shown.r#type = Some(api::ActionTypeEnum::FixedResponse);
            shown.fixed_response_config = Some(api::FixedResponseActionConfig {
                message_body: fixed.body.clone(),
                status_code: Some(fixed.status.clone()),
                content_type: fixed.content_type.clone(),
            });
        }
    }
    shown
}

/// Patterns and expressions of a condition, of which one is there.
fn split(values: &Values) -> (Option<Vec<String>>, Option<Vec<String>>) {
    match values {
        Values::Wildcards(values) => (Some(values.clone()), None),
        Values::Regexes(values) => (None, Some(values.clone())),
    }
}

fn condition(condition: &Condition) -> api::RuleCondition {
    let mut shown = api::RuleCondition {
        field: Some(condition.field().to_owned()),
        ..api::RuleCondition::default()
    };
    match condition {
        Condition::HostHeader(values) => {
            (shown.values, shown.regex_values) = split(values);
            shown.host_header_config = Some(api::HostHeaderConditionConfig {
                values: shown.values.clone(),
                regex_values: shown.regex_values.clone(),
            });
        }
        Condition::PathPattern(values) => {
            (shown.values, shown.regex_values) = split(values);
            shown.path_pattern_config = Some(api::PathPatternConditionConfig {
                values: shown.values.clone(),
                regex_values: shown.regex_values.clone(),
            });
        }
        Condition::HttpHeader { name, values } => {
            let (values, regex_values) = split(values);
            shown.http_header_config = Some(api::HttpHeaderConditionConfig {
                http_header_name: Some(name.clone()),
                values,
                regex_values,
            });
        }
        Condition::Method(methods) => {
            shown.http_request_method_config = Some(api::HttpRequestMethodConditionConfig {
                values: Some(methods.clone()),
            });
        }
        Condition::Query(pairs) => {
            let pairs = pairs.iter().map(|pair| api::QueryStringKeyValuePair {
                key: pair.key.clone(),
                value: Some(pair.value.clone()),
            });
            shown.query_string_config = Some(api::QueryStringConditionConfig {
                values: Some(pairs.collect()),
            });
        }
        Condition::SourceIp(ranges) => {
            shown.source_ip_config = Some(api::SourceIpConditionConfig {
                values: Some(ranges.clone()),
                ip_address_type: None,
            });
        }
    }
    shown
}

fn transforms(transforms: &[Transform]) -> Vec<api::RuleTransform> {
    let shown = |transform: &Transform| {
        let rewrites = Some(vec![api::RewriteConfig {
            regex: Some(transform.regex.clone()),
            replace: Some(transform.replace.clone()),
        }]);
        match transform.part {
            TransformedPart::HostHeader => api::RuleTransform {
                r#type: Some(api::TransformTypeEnum::HostHeaderRewrite),
                host_header_rewrite_config: Some(api::HostHeaderRewriteConfig { rewrites }),
                url_rewrite_config: None,
            },
            TransformedPart::Url => api::RuleTransform {
                r#type: Some(api::TransformTypeEnum::UrlRewrite),
                host_header_rewrite_config: None,
                url_rewrite_config: Some(api::UrlRewriteConfig { rewrites }),
            },
        }
    };
    transforms.iter().map(shown).collect()
}
