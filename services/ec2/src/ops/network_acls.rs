//! Network ACLs: each VPC's default one, which lets everything pass and holds all subnets.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};

use crate::filters::Facts;
use crate::model::subnet::Subnet;
use crate::model::vpc::Vpc;
use crate::noun::Selection;
use crate::tags::{self, Tags};
use crate::{Ec2, error};

const FILTERS: &[&str] = &[
    "association.association-id",
    "association.network-acl-id",
    "association.subnet-id",
    "default",
    "entry.cidr",
    "entry.egress",
    "entry.protocol",
    "entry.rule-action",
    "entry.rule-number",
    "network-acl-id",
    "owner-id",
    "vpc-id",
];

pub(crate) async fn describe_network_acls(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeNetworkAclsRequest,
) -> Result<api::DescribeNetworkAclsResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.network_acl_ids,
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let tags = ec2.all_tags(&call).await?;
    let subnets = ec2.all::<Subnet>(&call.account, &call.region).await?;
    let mut all = Vec::new();
    for vpc in ec2.all::<Vpc>(&call.account, &call.region).await? {
        let own = tags.iter().find(|(id, _)| *id == vpc.network_acl());
        let own = own.map_or_else(Tags::new, |(_, tags)| tags.as_ref().clone());
        let within: Vec<_> = subnets.iter().filter(|subnet| subnet.vpc == vpc.id).collect();
        all.push((answer(&vpc, &within, &own), facts(&vpc, &within), own));
    }
    let (found, next_token) = selection.of(
        all,
        FILTERS,
        |acl| acl.network_acl_id.as_deref().unwrap_or_default(),
        |id| error::missing("InvalidNetworkAclID.NotFound", "networkAcl", id),
    )?;
    Ok(api::DescribeNetworkAclsResult {
        network_acls: Some(found.into_iter().map(|(acl, _)| acl).collect()),
        next_token,
    })
}

fn facts(vpc: &Vpc, subnets: &[&Arc<Subnet>]) -> Facts {
    let mut facts = Facts::default();
    for subnet in subnets {
        facts.add("association.association-id", subnet.acl_association());
        facts.add("association.subnet-id", &subnet.id);
    }
    facts.add("association.network-acl-id", vpc.network_acl());
    facts.add("default", "true");
    facts.add("entry.cidr", "0.0.0.0/0");
    for (name, values) in [
        ("entry.egress", ["true", "false"]),
        ("entry.rule-action", ["allow", "deny"]),
        ("entry.rule-number", ["100", "32767"]),
    ] {
        for value in values {
            facts.add(name, value);
        }
    }
    facts.add("entry.protocol", "-1");
    facts.add("network-acl-id", vpc.network_acl());
    facts.add("owner-id", &vpc.owner);
    facts.add("vpc-id", &vpc.id);
    facts
}

fn answer(vpc: &Vpc, subnets: &[&Arc<Subnet>], tags: &Tags) -> api::NetworkAcl {
    let entry = |egress, rule_number, rule_action: api::RuleAction| api::NetworkAclEntry {
        cidr_block: Some("0.0.0.0/0".to_owned()),
        egress: Some(egress),
        protocol: Some("-1".to_owned()),
        rule_action: Some(rule_action),
        rule_number: Some(rule_number),
        ..api::NetworkAclEntry::default()
    };
    let mut entries = Vec::new();
    for egress in [true, false] {
        entries.push(entry(egress, 100, api::RuleAction::Allow));
        entries.push(entry(egress, 32_767, api::RuleAction::Deny));
        if vpc.ipv6.is_some() {
            for (number, action) in [(101, api::RuleAction::Allow), (32_768, api::RuleAction::Deny)] {
                entries.push(api::NetworkAclEntry {
                    cidr_block: None,
                    ipv6_cidr_block: Some("::/0".to_owned()),
                    ..entry(egress, number, action)
                });
            }
        }
    }
    let association = |subnet: &&Arc<Subnet>| api::NetworkAclAssociation {
        network_acl_association_id: Some(subnet.acl_association()),
        network_acl_id: Some(vpc.network_acl()),
        subnet_id: Some(subnet.id.clone()),
    };
    api::NetworkAcl {
        associations: Some(subnets.iter().map(association).collect()),
        entries: Some(entries),
        is_default: Some(true),
        network_acl_id: Some(vpc.network_acl()),
        tags: tags::answer(tags),
        vpc_id: Some(vpc.id.clone()),
        owner_id: Some(vpc.owner.clone()),
    }
}
