//! The attributes of target groups.
//!
//! Source: API reference, `TargetGroupAttribute`; which exist depends on what the targets are and on the protocol, from
//! which the kind of load balancer follows.

use haechi_core::Failure;

use super::{Allowed, Known, known};
use crate::error;
use crate::model::target_group::TargetType;

const WEEK: u32 = 604_800;

const STICKY: Known = known("stickiness.enabled", "false", Allowed::Flag);
const DELAY: Known = known(
    "deregistration_delay.timeout_seconds",
    "300",
    Allowed::Number(0, 3_600),
);

const FAILOVER: &[Known] = &[
    known(
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
        Allowed::Choice(&["true", "false", "use_load_balancer_configuration"]),
    ),
    known(
        "target_group_health.dns_failover.minimum_healthy_targets.count",
        "1",
        Allowed::WordOrNumber("off", 1, 1_000),
    ),
    known(
        "target_group_health.dns_failover.minimum_healthy_targets.percentage",
        "off",
        Allowed::WordOrNumber("off", 1, 100),
    ),
    known(
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        "1",
        Allowed::Number(1, 1_000),
    ),
    known(
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        "off",
        Allowed::WordOrNumber("off", 1, 100),
    ),
];

const HTTP: &[Known] = &[
    known(
        "stickiness.type",
        "lb_cookie",
        Allowed::Choice(&["lb_cookie", "app_cookie"]),
    ),
    known(
        "stickiness.lb_cookie.duration_seconds",
        "86400",
        Allowed::Number(1, WEEK),
    ),
    known("stickiness.app_cookie.cookie_name", "", Allowed::Text),
    known(
        "stickiness.app_cookie.duration_seconds",
        "86400",
        Allowed::Number(1, WEEK),
    ),
    known(
        "slow_start.duration_seconds",
        "0",
        Allowed::WordOrNumber("0", 30, 900),
    ),
    known(
        "load_balancing.algorithm.type",
        "round_robin",
        Allowed::Choice(&["round_robin", "least_outstanding_requests", "weighted_random"]),
    ),
    known(
        "load_balancing.algorithm.anomaly_mitigation",
        "off",
        Allowed::Choice(&["on", "off"]),
    ),
];

const LAMBDA: &[Known] = &[known(
    "lambda.multi_value_headers.enabled",
    "false",
    Allowed::Flag,
)];

const NETWORK: &[Known] = &[
    known("stickiness.type", "source_ip", Allowed::Choice(&["source_ip"])),
    known(
        "deregistration_delay.connection_termination.enabled",
        "false",
        Allowed::Flag,
    ),
    known("proxy_protocol_v2.enabled", "false", Allowed::Flag),
    known(
        "target_health_state.unhealthy.connection_termination.enabled",
        "true",
        Allowed::Flag,
    ),
    known(
        "target_health_state.unhealthy.draining_interval_seconds",
        "0",
        Allowed::Number(0, 360_000),
    ),
];

const GATEWAY: &[Known] = &[
    known(
        "stickiness.type",
        "source_ip_dest_ip_proto",
        Allowed::Choice(&["source_ip_dest_ip", "source_ip_dest_ip_proto"]),
    ),
    known(
        "target_failover.on_deregistration",
        "no_rebalance",
        Allowed::Choice(&["rebalance", "no_rebalance"]),
    ),
    known(
        "target_failover.on_unhealthy",
        "no_rebalance",
        Allowed::Choice(&["rebalance", "no_rebalance"]),
    ),
    known("send_tcp_reset.on_unhealthy.enabled", "false", Allowed::Flag),
    known("send_tcp_reset.on_deregistration.enabled", "false", Allowed::Flag),
];

/// Checks `stickiness.type`. What a group of another protocol could have is a setting that doesn't go together with
/// this one's; AWS names the types of load balancers that speak the same family of protocols.
pub(crate) fn check_stickiness(protocol: Option<&str>, value: &str) -> Result<(), Failure> {
    let Some(protocol) = protocol.filter(|protocol| *protocol != "GENEVE") else {
        return Ok(());
    };
    if !matches!(value, "lb_cookie" | "app_cookie" | "source_ip") {
        let message = "'Stickiness type' must be one of [app_cookie, lb_cookie, source_ip]";
        return Err(error::configuration(message));
    }
    if (value == "source_ip") == matches!(protocol, "HTTP" | "HTTPS") {
        let message = format!(
            "Stickiness type '{value}' is not supported for target groups with the {protocol} protocol"
        );
        return Err(error::configuration(message));
    }
    Ok(())
}

/// The keys of a target group.
pub(crate) fn of(target_type: TargetType, protocol: Option<&str>) -> Vec<Known> {
    match (target_type, protocol) {
        (TargetType::Lambda, _) => [FAILOVER, &[STICKY], &HTTP[..2], LAMBDA].concat(),
        (_, Some("HTTP" | "HTTPS")) => [FAILOVER, &[DELAY, STICKY], HTTP].concat(),
        (_, Some("GENEVE")) => [&[DELAY, STICKY][..], GATEWAY].concat(),
        (_, protocol) => {
            // The client's address is kept unless targets are addresses that speak TCP or TLS.
            let by_address = target_type == TargetType::Ip && matches!(protocol, Some("TCP" | "TLS"));
            let preserve = if by_address { "false" } else { "true" };
            let preserve = known("preserve_client_ip.enabled", preserve, Allowed::Flag);
            [FAILOVER, &[DELAY, STICKY, preserve], NETWORK].concat()
        }
    }
}
