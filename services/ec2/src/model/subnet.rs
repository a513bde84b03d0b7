//! A subnet: a range of its VPC in one Availability Zone.

use haechi_core::Failure;
use haechi_store::Table;
use serde::{Deserialize, Serialize};

use crate::cidr::Cidr;
use crate::error;
use crate::filters::Facts;
use crate::ids;
use crate::noun::Noun;
use crate::store::SUBNETS;

/// A subnet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) vpc: String,
    pub(crate) cidr: Cidr,
    #[serde(default)]
    pub(crate) ipv6: Option<String>,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    pub(crate) default_for_zone: bool,
    pub(crate) map_public_ip: bool,
    #[serde(default)]
    pub(crate) assign_ipv6: bool,
    #[serde(default)]
    pub(crate) dns64: bool,
    /// `ip-name` or `resource-name`.
    pub(crate) hostname_type: String,
    #[serde(default)]
    pub(crate) resource_name_a: bool,
    #[serde(default)]
    pub(crate) resource_name_aaaa: bool,
    pub(crate) owner: String,
    /// Its network ACL, once that has been said; until then the default one of its VPC.
    #[serde(default)]
    pub(crate) network_acl: Option<AclTie>,
}

/// The tie between a subnet and a network ACL.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AclTie {
    pub(crate) acl: String,
    /// `aclassoc-…`
    pub(crate) association: String,
}

impl Subnet {
    /// What ties its IPv6 range to it.
    pub(crate) fn ipv6_association(&self) -> String {
        ids::derived("subnet-cidr-assoc", &[&self.id])
    }

    /// What ties its network ACL to it.
    pub(crate) fn acl_association(&self) -> String {
        match &self.network_acl {
            Some(tie) => tie.association.clone(),
            None => ids::derived("aclassoc", &[&self.id]),
        }
    }
}

impl Noun for Subnet {
    const TABLE: Table<Self> = SUBNETS;
    const KIND: &'static str = "subnet";
    const FILTERS: &'static [&'static str] = &[
        "availability-zone",
        "availabilityZone",
        "availability-zone-id",
        "availabilityZoneId",
        "available-ip-address-count",
        "cidr-block",
        "cidr",
        "cidrBlock",
        "default-for-az",
        "defaultForAz",
        "enable-dns64",
        "ipv6-cidr-block-association.ipv6-cidr-block",
        "ipv6-cidr-block-association.association-id",
        "ipv6-cidr-block-association.state",
        "ipv6-native",
        "map-public-ip-on-launch",
        "outpost-arn",
        "owner-id",
        "private-dns-name-options-on-launch.hostname-type",
        "state",
        "subnet-arn",
        "subnet-id",
        "vpc-id",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        error::missing("InvalidSubnetID.NotFound", "subnet", id)
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        for name in ["availability-zone", "availabilityZone"] {
            facts.add(name, &self.zone);
        }
        for name in ["availability-zone-id", "availabilityZoneId"] {
            facts.add(name, &self.zone_id);
        }
        for name in ["cidr-block", "cidr", "cidrBlock"] {
            facts.add(name, self.cidr.to_string());
        }
        for name in ["default-for-az", "defaultForAz"] {
            facts.add(name, self.default_for_zone.to_string());
        }
        if let Some(ipv6) = &self.ipv6 {
            facts.add("ipv6-cidr-block-association.ipv6-cidr-block", ipv6);
            facts.add(
                "ipv6-cidr-block-association.association-id",
                self.ipv6_association(),
            );
            facts.add("ipv6-cidr-block-association.state", "associated");
        }
        facts.add("available-ip-address-count", self.cidr.usable().to_string());
        facts.add("enable-dns64", self.dns64.to_string());
        facts.add("ipv6-native", "false");
        facts.add("map-public-ip-on-launch", self.map_public_ip.to_string());
        facts.add("owner-id", &self.owner);
        facts.add(
            "private-dns-name-options-on-launch.hostname-type",
            &self.hostname_type,
        );
        facts.add("state", "available");
        facts.add("subnet-id", &self.id);
        facts.add("vpc-id", &self.vpc);
        facts
    }
}
