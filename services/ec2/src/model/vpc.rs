//! A VPC, with the default network ACL that lives and dies with it.

use haechi_core::Failure;
use haechi_store::Table;
use serde::{Deserialize, Serialize};

use crate::cidr::Cidr;
use crate::error;
use crate::filters::Facts;
use crate::ids;
use crate::noun::Noun;
use crate::store::VPCS;

/// A VPC.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    pub(crate) cidr: Cidr,
    /// Its Amazon-provided IPv6 range.
    #[serde(default)]
    pub(crate) ipv6: Option<String>,
    pub(crate) is_default: bool,
    /// `default` or `dedicated`.
    pub(crate) tenancy: String,
    pub(crate) dns_support: bool,
    pub(crate) dns_hostnames: bool,
    #[serde(default)]
    pub(crate) usage_metrics: bool,
    pub(crate) owner: String,
    /// Its main route table, once that is another than the one it was made with.
    #[serde(default)]
    pub(crate) main: Option<MainTable>,
}

/// A route table as the main one of a VPC.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MainTable {
    pub(crate) table: String,
    /// `rtbassoc-…`
    pub(crate) association: String,
}

impl Vpc {
    /// The route table that it was made with.
    pub(crate) fn first_route_table(&self) -> String {
        ids::derived("rtb", &[&self.id])
    }

    /// Its main route table: subnets without one of their own use it.
    pub(crate) fn main_table(&self) -> MainTable {
        self.main.clone().unwrap_or_else(|| MainTable {
            table: self.first_route_table(),
            association: ids::derived("rtbassoc", &[&self.id]),
        })
    }

    /// Its default network ACL.
    pub(crate) fn network_acl(&self) -> String {
        ids::derived("acl", &[&self.id])
    }

    /// What ties its IPv4 range to it.
    pub(crate) fn cidr_association(&self) -> String {
        ids::derived("vpc-cidr-assoc", &[&self.id, "ipv4"])
    }

    /// What ties its IPv6 range to it.
    pub(crate) fn ipv6_association(&self) -> String {
        ids::derived("vpc-cidr-assoc", &[&self.id, "ipv6"])
    }

    /// The DHCP options that all VPCs of the account in the Region have.
    pub(crate) fn dhcp_options(&self, region: &str) -> String {
        ids::derived("dopt", &[&self.owner, region])
    }

    /// The range that an IPv6 VPC of this id gets.
    pub(crate) fn generated_ipv6(id: &str) -> String {
        let bytes = ids::digest(&[id, "ipv6"]);
        format!(
            "2600:1f{:02x}:{:x}:{:02x}00::/56",
            bytes[0],
            u16::from_be_bytes([bytes[1], bytes[2]]) | 1,
            bytes[3] | 1
        )
    }
}

impl Noun for Vpc {
    const TABLE: Table<Self> = VPCS;
    const KIND: &'static str = "vpc";
    const FILTERS: &'static [&'static str] = &[
        "cidr",
        "cidr-block",
        "cidrBlock",
        "cidr-block-association.association-id",
        "cidr-block-association.cidr-block",
        "cidr-block-association.state",
        "dhcp-options-id",
        "ipv6-cidr-block-association.association-id",
        "ipv6-cidr-block-association.ipv6-cidr-block",
        "ipv6-cidr-block-association.ipv6-pool",
        "ipv6-cidr-block-association.state",
        "is-default",
        "isDefault",
        "owner-id",
        "state",
        "vpc-id",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        error::missing("InvalidVpcID.NotFound", "vpc", id)
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        let cidr = self.cidr.to_string();
        for name in [
            "cidr",
            "cidr-block",
            "cidrBlock",
            "cidr-block-association.cidr-block",
        ] {
            facts.add(name, &cidr);
        }
        facts.add("cidr-block-association.association-id", self.cidr_association());
        facts.add("cidr-block-association.state", "associated");
        if let Some(ipv6) = &self.ipv6 {
            facts.add(
                "ipv6-cidr-block-association.association-id",
                self.ipv6_association(),
            );
            facts.add("ipv6-cidr-block-association.ipv6-cidr-block", ipv6);
            facts.add("ipv6-cidr-block-association.ipv6-pool", "Amazon");
            facts.add("ipv6-cidr-block-association.state", "associated");
        }
        facts.add("is-default", self.is_default.to_string());
        facts.add("isDefault", self.is_default.to_string());
        facts.add("owner-id", &self.owner);
        facts.add("state", "available");
        facts.add("vpc-id", &self.id);
        facts
    }
}
