//! A load balancer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attributes::{self, Attributes};
use crate::tags::Tags;

/// The kinds of load balancers. Only application load balancers carry traffic here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Application,
    Network,
    Gateway,
}

impl Kind {
    /// By the API's name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "application" => Self::Application,
            "network" => Self::Network,
            "gateway" => Self::Gateway,
            _ => return None,
        })
    }

    /// By the part of an ARN.
    pub(crate) fn of_path(part: &str) -> Option<Self> {
        Some(match part {
            "app" => Self::Application,
            "net" => Self::Network,
            "gwy" => Self::Gateway,
            _ => return None,
        })
    }

    /// The API's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Network => "network",
            Self::Gateway => "gateway",
        }
    }

    /// The part of an ARN.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Application => "app",
            Self::Network => "net",
            Self::Gateway => "gwy",
        }
    }

    /// The protocols of its listeners.
    pub(crate) fn protocols(self) -> &'static [&'static str] {
        match self {
            Self::Application => &["HTTP", "HTTPS"],
            Self::Network => &["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"],
            Self::Gateway => &["GENEVE"],
        }
    }
}

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Reachable from outside its VPC, as the caller says; here it only names it.
    pub(crate) internal: bool,
    pub(crate) dns_name: String,
    pub(crate) hosted_zone: Option<String>,
    pub(crate) vpc: String,
    pub(crate) zones: Vec<Zone>,
    pub(crate) security_groups: Vec<String>,
    /// `ipv4`, `dualstack`, `dualstack-without-public-ipv4`.
    pub(crate) ip_address_type: String,
    pub(crate) created_ms: i64,
    /// Attributes that were set; the others have their defaults.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) tags: Tags,
    #[serde(default)]
    pub(crate) ipam_pool: Option<String>,
    #[serde(default)]
    pub(crate) customer_owned_pool: Option<String>,
    /// `on` or `off`, of network load balancers.
    #[serde(default)]
    pub(crate) private_link_rules: Option<String>,
    /// `on` or `off`, of network load balancers.
    #[serde(default)]
    pub(crate) ipv6_source_nat: Option<String>,
    #[serde(default)]
    pub(crate) capacity: Option<Capacity>,
}

/// A zone in which it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) subnet: String,
    #[serde(default)]
    pub(crate) address: Option<Address>,
}

/// Addresses that a network load balancer was given in a zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) allocation: Option<String>,
    pub(crate) public_ipv4: Option<String>,
    pub(crate) private_ipv4: Option<String>,
    pub(crate) ipv6: Option<String>,
}

/// A reservation of capacity. It is kept and told; there is nothing here to reserve.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Capacity {
    pub(crate) units: Option<i32>,
    pub(crate) modified_ms: i64,
    /// The day of [`Self::decreases`], days since the epoch.
    pub(crate) day: i64,
    pub(crate) decreases: i32,
}

impl LoadBalancer {
    /// `app/NAME/ID`, as interfaces and metrics name it.
    pub(crate) fn path(&self) -> &str {
        let (_, path) = self.arn.split_once(":loadbalancer/").unwrap_or_default();
        path
    }

    /// All its attributes, in AWS's order.
    pub(crate) fn all_attributes(&self) -> Attributes<'_> {
        Attributes::new(
            attributes::load_balancer::of(self.kind, self.internal),
            &self.attributes,
        )
    }
}
