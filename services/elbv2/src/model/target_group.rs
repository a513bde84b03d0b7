//! A target group.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attributes::{self, Attributes};
use crate::tags::Tags;

/// What its targets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TargetType {
    Instance,
    Ip,
    Lambda,
    Alb,
}

impl TargetType {
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "instance" => Self::Instance,
            "ip" => Self::Ip,
            "lambda" => Self::Lambda,
            "alb" => Self::Alb,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Ip => "ip",
            Self::Lambda => "lambda",
            Self::Alb => "alb",
        }
    }
}

/// A target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetGroup {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) target_type: TargetType,
    pub(crate) protocol: Option<String>,
    /// `HTTP1`, `HTTP2`, `GRPC`, of HTTP and HTTPS.
    #[serde(default)]
    pub(crate) protocol_version: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) vpc: Option<String>,
    /// `ipv4` or `ipv6`.
    #[serde(default)]
    pub(crate) ip_address_type: Option<String>,
    pub(crate) health_check: HealthCheck,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

/// How the health of its targets is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HealthCheck {
    pub(crate) enabled: bool,
    pub(crate) protocol: Option<String>,
    /// `traffic-port` or a number.
    pub(crate) port: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) interval: i32,
    pub(crate) timeout: i32,
    pub(crate) healthy: i32,
    pub(crate) unhealthy: i32,
    pub(crate) http_code: Option<String>,
    pub(crate) grpc_code: Option<String>,
}

impl TargetGroup {
    /// Whether application load balancers may use it.
    pub(crate) fn is_for_http(&self) -> bool {
        self.target_type == TargetType::Lambda || matches!(self.protocol.as_deref(), Some("HTTP" | "HTTPS"))
    }

    /// Whether its targets have ports.
    pub(crate) fn has_ports(&self) -> bool {
        self.target_type != TargetType::Lambda
    }

    /// All its attributes.
    pub(crate) fn all_attributes(&self) -> Attributes<'_> {
        let known = attributes::target_group::of(self.target_type, self.protocol.as_deref());
        Attributes::new(known, &self.attributes)
    }

    /// Seconds in which a target that was deregistered ends what it has.
    pub(crate) fn deregistration_delay(&self) -> u32 {
        self.all_attributes()
            .number("deregistration_delay.timeout_seconds")
    }
}
