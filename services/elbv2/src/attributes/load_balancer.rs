//! The attributes of load balancers.
//!
//! Source: API reference, `LoadBalancerAttribute`.

use super::{Allowed, Known, known};
use crate::model::load_balancer::Kind;

const EVERY: &[Known] = &[known("deletion_protection.enabled", "false", Allowed::Flag)];

const LOGS: &[Known] = &[
    known("access_logs.s3.enabled", "false", Allowed::Flag),
    known("access_logs.s3.bucket", "", Allowed::Text),
    known("access_logs.s3.prefix", "", Allowed::Text),
];

const APPLICATION: &[Known] = &[
    known("connection_logs.s3.enabled", "false", Allowed::Flag),
    known("connection_logs.s3.bucket", "", Allowed::Text),
    known("connection_logs.s3.prefix", "", Allowed::Text),
    known("health_check_logs.s3.enabled", "false", Allowed::Flag),
    known("health_check_logs.s3.bucket", "", Allowed::Text),
    known("health_check_logs.s3.prefix", "", Allowed::Text),
    known("idle_timeout.timeout_seconds", "60", Allowed::Number(1, 4000)),
    known("client_keep_alive.seconds", "3600", Allowed::Number(60, 604_800)),
    known("load_balancing.cross_zone.enabled", "true", Allowed::Fixed),
    known(
        "routing.http.desync_mitigation_mode",
        "defensive",
        Allowed::Choice(&["monitor", "defensive", "strictest"]),
    ),
    known(
        "routing.http.drop_invalid_header_fields.enabled",
        "false",
        Allowed::Flag,
    ),
    known(
        "routing.http.preserve_host_header.enabled",
        "false",
        Allowed::Flag,
    ),
    known(
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        "false",
        Allowed::Flag,
    ),
    known("routing.http.xff_client_port.enabled", "false", Allowed::Flag),
    known(
        "routing.http.xff_header_processing.mode",
        "append",
        Allowed::Choice(&["append", "preserve", "remove"]),
    ),
    known("routing.http2.enabled", "true", Allowed::Flag),
    known("waf.fail_open.enabled", "false", Allowed::Flag),
    known("zonal_shift.config.enabled", "false", Allowed::Flag),
];

const NETWORK: &[Known] = &[
    known("load_balancing.cross_zone.enabled", "false", Allowed::Flag),
    known(
        "dns_record.client_routing_policy",
        "any_availability_zone",
        Allowed::Choice(&[
            "availability_zone_affinity",
            "partial_availability_zone_affinity",
            "any_availability_zone",
        ]),
    ),
    known(
        "secondary_ips.auto_assigned.per_subnet",
        "0",
        Allowed::Number(0, 7),
    ),
    known("zonal_shift.config.enabled", "false", Allowed::Flag),
];

const GATEWAY: &[Known] = &[known("load_balancing.cross_zone.enabled", "false", Allowed::Flag)];

/// The keys of a kind of load balancer.
pub(crate) fn of(kind: Kind, internal: bool) -> Vec<Known> {
    let shielded = if internal { "true" } else { "false" };
    let ipv6 = [known("ipv6.deny_all_igw_traffic", shielded, Allowed::Flag)];
    match kind {
        Kind::Application => [LOGS, EVERY, &ipv6, APPLICATION].concat(),
        Kind::Network => [LOGS, EVERY, &ipv6, NETWORK].concat(),
        Kind::Gateway => [EVERY, GATEWAY].concat(),
    }
}
