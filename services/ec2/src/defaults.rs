//! What an account finds in a Region without having asked for it: a default VPC with a subnet per zone, and what hangs
//! on it. Made when the account first looks, always with the same ids.
//!
//! Source: VPC user guide, "Default VPCs": 172.31.0.0/16, a /20 per zone, an internet gateway, public addresses on
//! launch, DNS host names on.

use haechi_core::{AccountId, Failure, Region};
use haechi_store::Txn;

use crate::cidr::Cidr;
use crate::model::internet_gateway::InternetGateway;
use crate::model::security_group::{Direction, Peer, Rule, SecurityGroup, Traffic};
use crate::model::subnet::Subnet;
use crate::model::vpc::Vpc;
use crate::store::{INTERNET_GATEWAYS, MADE, SECURITY_GROUPS, SUBNETS, VPCS};
use crate::{Ec2, ids, zones};

const RANGE: &str = "172.31.0.0/16";

impl Ec2 {
    /// Makes the default VPC of an account in a Region, unless that has been done.
    pub(crate) async fn ensure_defaults(&self, account: &AccountId, region: &Region) -> Result<(), Failure> {
        let (store, place) = (&self.platform.store, &region.scope(account));
        if store.get(&MADE, place, "default-vpc").await?.is_some() {
            return Ok(());
        }
        store
            .txn(|txn| async move {
                if txn.get(&MADE, place, "default-vpc").await?.is_none() {
                    txn.put(&MADE, place, "default-vpc", &true).await?;
                    make_default(&txn, account, region, "first").await?;
                }
                Ok::<_, Failure>(())
            })
            .await
    }
}

/// Makes a default VPC; its ids follow from account, Region and `seed`.
pub(crate) async fn make_default(
    txn: &Txn,
    account: &AccountId,
    region: &Region,
    seed: &str,
) -> Result<Vpc, Failure> {
    let place = &region.scope(account);
    let id = |prefix: &str, part: &str| {
        ids::derived(
            prefix,
            &["default", account.as_str(), region.as_str(), seed, part],
        )
    };
    let range = Cidr::parse(RANGE).ok_or_else(|| Failure::internal("the default range is none"))?;
    let vpc = Vpc {
        id: id("vpc", ""),
        cidr: range,
        ipv6: None,
        is_default: true,
        tenancy: "default".to_owned(),
        dns_support: true,
        dns_hostnames: true,
        usage_metrics: false,
        owner: account.to_string(),
        main: None,
    };
    txn.put(&VPCS, place, vpc.id.as_str(), &vpc).await?;
    let group = default_group(&vpc, id("sg", ""));
    txn.put(&SECURITY_GROUPS, place, group.id.as_str(), &group)
        .await?;
    let gateway = InternetGateway {
        id: id("igw", ""),
        vpc: Some(vpc.id.clone()),
        owner: account.to_string(),
    };
    txn.put(&INTERNET_GATEWAYS, place, gateway.id.as_str(), &gateway)
        .await?;
    for (number, zone) in (0..).zip(zones::of(region)) {
        let subnet = Subnet {
            id: id("subnet", &zone.name),
            vpc: vpc.id.clone(),
            cidr: range.part(20, number),
            ipv6: None,
            zone: zone.name,
            zone_id: zone.id,
            default_for_zone: true,
            map_public_ip: true,
            assign_ipv6: false,
            dns64: false,
            hostname_type: "ip-name".to_owned(),
            resource_name_a: false,
            resource_name_aaaa: false,
            owner: account.to_string(),
            network_acl: None,
        };
        txn.put(&SUBNETS, place, subnet.id.as_str(), &subnet).await?;
    }
    Ok(vpc)
}

/// The group that every VPC has: its members reach each other, and anything.
pub(crate) fn default_group(vpc: &Vpc, id: String) -> SecurityGroup {
    let own = Peer::Group {
        id: id.clone(),
        owner: vpc.owner.clone(),
    };
    let rule = |direction, peer, name| Rule {
        id: ids::derived("sgr", &[&id, name]),
        direction,
        traffic: Traffic::all(peer),
        description: None,
    };
    SecurityGroup {
        rules: vec![rule(Direction::Ingress, own, "ingress"), open_egress(&id)],
        vpc: vpc.id.clone(),
        name: "default".to_owned(),
        description: "default VPC security group".to_owned(),
        owner: vpc.owner.clone(),
        id,
    }
}

/// The rule that every new group has: everything may go out.
pub(crate) fn open_egress(group: &str) -> Rule {
    Rule {
        id: ids::derived("sgr", &[group, "egress"]),
        direction: Direction::Egress,
        traffic: Traffic::all(Peer::Ipv4("0.0.0.0/0".to_owned())),
        description: None,
    }
}
