//! A network ACL of a VPC: numbered entries for each direction. The entries that refuse everything at the end are not
//! kept, nobody can change them; which subnets it holds is said by the subnets.
//!
//! Source: VPC user guide, "Network ACLs". Each VPC is made with a default one, under an id that follows from the VPC's.
//! It is kept only once somebody changes it; until then it is [`NetworkAcl::untouched`].

use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_store::{Table, Txn};
use serde::{Deserialize, Serialize};

use crate::error;
use crate::filters::Facts;
use crate::model::subnet::Subnet;
use crate::model::vpc::Vpc;
use crate::noun::{Noun, current_all};
use crate::store::NETWORK_ACLS;

/// An entry that somebody made, or that lets everything pass in a new default ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// 1 to 32766: the lowest that fits decides.
    pub(crate) number: i32,
    pub(crate) egress: bool,
    pub(crate) allow: bool,
    /// The protocol's number, or `-1` for all.
    pub(crate) protocol: String,
    /// An IPv4 or an IPv6 range in its usual spelling.
    pub(crate) range: String,
    /// Type and code, of ICMP.
    pub(crate) icmp: Option<(i32, i32)>,
    /// First and last port, of TCP and UDP.
    pub(crate) ports: Option<(i32, i32)>,
}

/// A network ACL.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NetworkAcl {
    pub(crate) id: String,
    pub(crate) vpc: String,
    pub(crate) entries: Vec<Entry>,
    pub(crate) owner: String,
}

impl NetworkAcl {
    /// A VPC's default ACL that nobody has changed: everything passes.
    fn untouched(vpc: &Vpc) -> Self {
        let entry = |number, egress, range: &str| Entry {
            number,
            egress,
            allow: true,
            protocol: "-1".to_owned(),
            range: range.to_owned(),
            icmp: None,
            ports: None,
        };
        let mut entries = Vec::new();
        for egress in [true, false] {
            entries.push(entry(100, egress, "0.0.0.0/0"));
            if vpc.ipv6.is_some() {
                entries.push(entry(101, egress, "::/0"));
            }
        }
        Self {
            id: vpc.network_acl(),
            vpc: vpc.id.clone(),
            entries,
            owner: vpc.owner.clone(),
        }
    }

    /// All ACLs of the VPCs: those that are kept, and the default ones that nobody has changed.
    pub(crate) fn all(kept: Vec<Arc<Self>>, vpcs: &[Arc<Vpc>]) -> Vec<Self> {
        let mut all: Vec<Self> = kept.into_iter().map(Arc::unwrap_or_clone).collect();
        for vpc in vpcs {
            if !all.iter().any(|acl| acl.id == vpc.network_acl()) {
                all.push(Self::untouched(vpc));
            }
        }
        all
    }

    /// The entry of this number in a direction.
    pub(crate) fn position(&self, number: i32, egress: bool) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| entry.number == number && entry.egress == egress)
    }
}

impl Noun for NetworkAcl {
    const TABLE: Table<Self> = NETWORK_ACLS;
    const KIND: &'static str = "network-acl";
    const FILTERS: &'static [&'static str] = &[
        "association.association-id",
        "association.network-acl-id",
        "association.subnet-id",
        "default",
        "entry.cidr",
        "entry.egress",
        "entry.icmp.code",
        "entry.icmp.type",
        "entry.ipv6-cidr",
        "entry.port-range.from",
        "entry.port-range.to",
        "entry.protocol",
        "entry.rule-action",
        "entry.rule-number",
        "network-acl-id",
        "owner-id",
        "vpc-id",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn missing(id: &str) -> Failure {
        error::missing("InvalidNetworkAclID.NotFound", "networkAcl", id)
    }

    /// What the ACL knows without its VPC; entries and associations are facts of what the API shows.
    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.add("network-acl-id", &self.id);
        facts.add("owner-id", &self.owner);
        facts.add("vpc-id", &self.vpc);
        facts
    }
}

/// The network ACLs of the caller, their VPCs and subnets, as a transaction sees them.
pub(crate) struct Guarded {
    pub(crate) acls: Vec<NetworkAcl>,
    pub(crate) vpcs: Vec<Arc<Vpc>>,
    pub(crate) subnets: Vec<Arc<Subnet>>,
}

impl Guarded {
    pub(crate) async fn read(txn: &Txn, call: &Call) -> Result<Self, Failure> {
        let vpcs = current_all::<Vpc>(txn, call).await?;
        let kept = current_all::<NetworkAcl>(txn, call).await?;
        Ok(Self {
            acls: NetworkAcl::all(kept, &vpcs),
            vpcs,
            subnets: current_all::<Subnet>(txn, call).await?,
        })
    }

    /// The ACL with this id.
    pub(crate) fn acl(&self, id: &str) -> Result<NetworkAcl, Failure> {
        let found = self.acls.iter().find(|acl| acl.id == id);
        found.cloned().ok_or_else(|| NetworkAcl::missing(id))
    }

    /// Whether an ACL is its VPC's default one.
    pub(crate) fn is_default(&self, acl: &NetworkAcl) -> bool {
        self.vpcs.iter().any(|vpc| vpc.network_acl() == acl.id)
    }

    /// The subnets that an ACL holds: those that name it, and for the default one those that name none.
    pub(crate) fn held(&self, acl: &NetworkAcl) -> impl Iterator<Item = &Arc<Subnet>> {
        let default = self.is_default(acl);
        self.subnets.iter().filter(move |subnet| {
            subnet.vpc == acl.vpc
                && match &subnet.network_acl {
                    Some(tie) => tie.acl == acl.id,
                    None => default,
                }
        })
    }
}
