//! Network ACLs: CreateNetworkAcl, DeleteNetworkAcl, DescribeNetworkAcls.
//!
//! Source: EC2 API reference and VPC user guide, "Network ACLs": a new one refuses everything; one goes when it holds no
//! subnet, the default one never.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::filters::Facts;
use crate::model::network_acl::{Entry, Guarded, NetworkAcl};
use crate::model::vpc::Vpc;
use crate::noun::{Noun, Selection, current, remove, save};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

impl Ec2 {
    /// The network ACL with this id, and its tags.
    pub(crate) async fn network_acl(&self, call: &Call, id: &str) -> Result<(NetworkAcl, Tags), Failure> {
        let acl = self.guarded(call).await?.acl(id)?;
        let own = tags::of(&self.platform.store, &call.scope(), id).await?;
        Ok((acl, own))
    }

    /// The caller's network ACLs, with what they belong to.
    async fn guarded(&self, call: &Call) -> Result<Guarded, Failure> {
        self.ensure_defaults(&call.account, &call.region).await?;
        let store = &self.platform.store;
        store
            .txn(|txn| async move { Guarded::read(&txn, call).await })
            .await
    }
}

pub(crate) async fn create_network_acl(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateNetworkAclRequest,
) -> Result<api::CreateNetworkAclResult, Failure> {
    let new = tags::of_new(input.tag_specifications, NetworkAcl::KIND)?;
    let vpc = input.vpc_id.unwrap_or_default();
    ec2.may_make(&call, NetworkAcl::KIND, &new, Some(&vpc), input.dry_run)
        .await?;
    ec2.find::<Vpc>(&call, &vpc).await?;
    let acl = NetworkAcl {
        id: ids::fresh(&*ec2.platform.random, "acl"),
        vpc,
        entries: Vec::new(),
        owner: call.account.to_string(),
    };
    let (acl, new, call, token) = (&acl, &new, &call, &input.client_token);
    ec2.platform
        .write(call, |txn| async move {
            current::<Vpc>(&txn, call, &acl.vpc).await?;
            save(&txn, call, acl).await?;
            tags::add(&txn, &call.scope(), &acl.id, new).await?;
            let around = Guarded::read(&txn, call).await?;
            Ok(api::CreateNetworkAclResult {
                network_acl: Some(answer(acl, &around, new)),
                client_token: token.clone(),
            })
        })
        .await
}

pub(crate) async fn delete_network_acl(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteNetworkAclRequest,
) -> Result<Empty, Failure> {
    let id = &input.network_acl_id.unwrap_or_default();
    let (_, own) = ec2.network_acl(&call, id).await?;
    ec2.may_change(&call, NetworkAcl::KIND, id, &own, input.dry_run)
        .await?;
    let call = &call;
    ec2.platform
        .write(call, |txn| async move {
            let around = Guarded::read(&txn, call).await?;
            let acl = around.acl(id)?;
            if around.is_default(&acl) {
                let message = format!("default network ACL {id} cannot be deleted");
                return Err(error::refuse("InvalidParameterValue", message));
            }
            if around.held(&acl).next().is_some() {
                return Err(error::dependency(format!(
                    "The networkAcl '{id}' has dependencies and cannot be deleted."
                )));
            }
            remove::<NetworkAcl>(&txn, call, id).await?;
            Ok(Empty::default())
        })
        .await
}

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
    let around = ec2.guarded(&call).await?;
    let mut all = Vec::new();
    for acl in &around.acls {
        let own = tags.iter().find(|(id, _)| *id == acl.id);
        let own = own.map_or_else(Tags::new, |(_, tags)| tags.as_ref().clone());
        let shown = answer(acl, &around, &own);
        let facts = facts(acl, &shown);
        all.push((shown, facts, own));
    }
    let (found, next_token) = selection.of(
        all,
        NetworkAcl::FILTERS,
        |acl| acl.network_acl_id.as_deref().unwrap_or_default(),
        NetworkAcl::missing,
    )?;
    Ok(api::DescribeNetworkAclsResult {
        network_acls: Some(found.into_iter().map(|(acl, _)| acl).collect()),
        next_token,
    })
}

fn facts(acl: &NetworkAcl, shown: &api::NetworkAcl) -> Facts {
    let mut facts = acl.facts();
    for tie in shown.associations.iter().flatten() {
        facts.add_some(
            "association.association-id",
            tie.network_acl_association_id.as_deref(),
        );
        facts.add("association.network-acl-id", &acl.id);
        facts.add_some("association.subnet-id", tie.subnet_id.as_deref());
    }
    facts.add("default", (shown.is_default == Some(true)).to_string());
    for entry in shown.entries.iter().flatten() {
        facts.add_some("entry.cidr", entry.cidr_block.as_deref());
        facts.add_some("entry.ipv6-cidr", entry.ipv6_cidr_block.as_deref());
        facts.add("entry.egress", (entry.egress == Some(true)).to_string());
        facts.add_some("entry.protocol", entry.protocol.as_deref());
        let action = entry.rule_action.as_ref().map(api::RuleAction::as_str);
        facts.add_some("entry.rule-action", action);
        let number = |value: Option<i32>| value.map(|value| value.to_string());
        facts.add_some("entry.rule-number", number(entry.rule_number));
        let icmp = entry.icmp_type_code.as_ref();
        facts.add_some("entry.icmp.code", number(icmp.and_then(|icmp| icmp.code)));
        facts.add_some("entry.icmp.type", number(icmp.and_then(|icmp| icmp.r#type)));
        let ports = entry.port_range.as_ref();
        facts.add_some(
            "entry.port-range.from",
            number(ports.and_then(|ports| ports.from)),
        );
        facts.add_some("entry.port-range.to", number(ports.and_then(|ports| ports.to)));
    }
    facts
}

fn answer(acl: &NetworkAcl, around: &Guarded, tags: &Tags) -> api::NetworkAcl {
    let ipv6 = around
        .vpcs
        .iter()
        .any(|vpc| vpc.id == acl.vpc && vpc.ipv6.is_some());
    let mut entries = Vec::new();
    for egress in [true, false] {
        let mut own: Vec<&Entry> = acl
            .entries
            .iter()
            .filter(|entry| entry.egress == egress)
            .collect();
        own.sort_by_key(|entry| entry.number);
        entries.extend(own.into_iter().map(shown));
        entries.push(last(egress, 32_767, "0.0.0.0/0"));
        if ipv6 {
            entries.push(last(egress, 32_768, "::/0"));
        }
    }
    let associations = around.held(acl).map(|subnet| api::NetworkAclAssociation {
        network_acl_association_id: Some(subnet.acl_association()),
        network_acl_id: Some(acl.id.clone()),
        subnet_id: Some(subnet.id.clone()),
    });
    api::NetworkAcl {
        associations: Some(associations.collect()),
        entries: Some(entries),
        is_default: Some(around.is_default(acl)),
        network_acl_id: Some(acl.id.clone()),
        tags: tags::answer(tags),
        vpc_id: Some(acl.vpc.clone()),
        owner_id: Some(acl.owner.clone()),
    }
}

/// What no entry lets pass is refused.
fn last(egress: bool, number: i32, range: &str) -> api::NetworkAclEntry {
    shown(&Entry {
        number,
        egress,
        allow: false,
        protocol: "-1".to_owned(),
        range: range.to_owned(),
        icmp: None,
        ports: None,
    })
}

fn shown(entry: &Entry) -> api::NetworkAclEntry {
    let ipv6 = entry.range.contains(':');
    let range = || Some(entry.range.clone());
    api::NetworkAclEntry {
        cidr_block: range().filter(|_| !ipv6),
        ipv6_cidr_block: range().filter(|_| ipv6),
        egress: Some(entry.egress),
        icmp_type_code: entry.icmp.map(|(kind, code)| api::IcmpTypeCode {
            r#type: Some(kind),
            code: Some(code),
        }),
        port_range: entry.ports.map(|(from, to)| api::PortRange {
            from: Some(from),
            to: Some(to),
        }),
        protocol: Some(entry.protocol.clone()),
        rule_action: Some(if entry.allow {
            api::RuleAction::Allow
        } else {
            api::RuleAction::Deny
        }),
        rule_number: Some(entry.number),
    }
}
