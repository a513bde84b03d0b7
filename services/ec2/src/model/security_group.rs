//! A security group and its rules. Each rule names one peer, as `DescribeSecurityGroupRules` shows it; the older form,
//! `IpPermissions`, is those rules put together by protocol and ports.

use haechi_core::Failure;
use haechi_store::Table;
use serde::{Deserialize, Serialize};

use crate::error;
use crate::filters::Facts;
use crate::noun::Noun;
use crate::store::SECURITY_GROUPS;

/// A security group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SecurityGroup {
    pub(crate) id: String,
    pub(crate) vpc: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) owner: String,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    /// `sgr-…`
    pub(crate) id: String,
    pub(crate) direction: Direction,
    #[serde(flatten)]
    pub(crate) traffic: Traffic,
    #[serde(default)]
    pub(crate) description: Option<String>,
}

/// Which way a rule lets traffic pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

/// What a rule lets pass; two rules of a group may not be the same in this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub(crate) protocol: String,
    /// Ports, or type and code of ICMP; none for all protocols.
    pub(crate) from_port: Option<i32>,
    pub(crate) to_port: Option<i32>,
    pub(crate) peer: Peer,
}

/// Whom a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Peer {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
    Group { id: String, owner: String },
}

impl Traffic {
    /// All traffic of a peer.
    pub(crate) fn all(peer: Peer) -> Self {
        Self {
            protocol: "-1".to_owned(),
            from_port: None,
            to_port: None,
            peer,
        }
    }
}

impl Peer {
    /// As refusals name it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Ipv4(text) | Self::Ipv6(text) | Self::PrefixList(text) => text,
            Self::Group { id, .. } => id,
        }
    }
}

impl SecurityGroup {
    /// Its rules of one direction.
    pub(crate) fn of(&self, direction: Direction) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.direction == direction)
    }

    /// Whether a rule of it names another group.
    pub(crate) fn refers_to(&self, group: &str) -> bool {
        self.rules
            .iter()
            .any(|rule| matches!(&rule.traffic.peer, Peer::Group { id, .. } if id == group))
    }
}

/// The filters of one direction's rules, in the order of the arrays below.
const INGRESS: [&str; 7] = [
    "ip-permission.cidr",
    "ip-permission.ipv6-cidr",
    "ip-permission.prefix-list-id",
    "ip-permission.group-id",
    "ip-permission.protocol",
    "ip-permission.from-port",
    "ip-permission.to-port",
];
const EGRESS: [&str; 7] = [
    "egress.ip-permission.cidr",
    "egress.ip-permission.ipv6-cidr",
    "egress.ip-permission.prefix-list-id",
    "egress.ip-permission.group-id",
    "egress.ip-permission.protocol",
    "egress.ip-permission.from-port",
    "egress.ip-permission.to-port",
];

impl Noun for SecurityGroup {
    const TABLE: Table<Self> = SECURITY_GROUPS;
    const KIND: &'static str = "security-group";
    const FILTERS: &'static [&'static str] = &[
        "description",
        "group-id",
        "group-name",
        "owner-id",
        "vpc-id",
        INGRESS[0],
        INGRESS[1],
        INGRESS[2],
        INGRESS[3],
        INGRESS[4],
        INGRESS[5],
        INGRESS[6],
        EGRESS[0],
        EGRESS[1],
        EGRESS[2],
        EGRESS[3],
        EGRESS[4],
        EGRESS[5],
        EGRESS[6],
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        if !id.starts_with("sg-") {
            let message = format!("Invalid id: \"{id}\" (expecting \"sg-...\")");
            return error::refuse("InvalidGroupId.Malformed", message);
        }
        let message = format!("The security group '{id}' does not exist");
        error::refuse("InvalidGroup.NotFound", message)
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.add("description", &self.description);
        facts.add("group-id", &self.id);
        facts.add("group-name", &self.name);
        facts.add("owner-id", &self.owner);
        facts.add("vpc-id", &self.vpc);
        for rule in &self.rules {
            let names = match rule.direction {
                Direction::Ingress => INGRESS,
                Direction::Egress => EGRESS,
            };
            let peer = match &rule.traffic.peer {
                Peer::Ipv4(_) => 0,
                Peer::Ipv6(_) => 1,
                Peer::PrefixList(_) => 2,
                Peer::Group { .. } => 3,
            };
            facts.add(names[peer], rule.traffic.peer.name());
            facts.add(names[4], &rule.traffic.protocol);
            facts.add_some(names[5], rule.traffic.from_port.map(|port| port.to_string()));
            facts.add_some(names[6], rule.traffic.to_port.map(|port| port.to_string()));
        }
        facts
    }
}
