//! Security groups.
//!
//! Source: EC2 API reference, CreateSecurityGroup, DeleteSecurityGroup, DescribeSecurityGroups. Names are unique in a
//! VPC. A group goes when no interface is in it and no other group's rule names it; the default group never does.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};

use crate::authz::arn;
use crate::defaults::open_egress;
use crate::model::security_group::{Direction, Peer, Rule, SecurityGroup};
use crate::model::vpc::Vpc;
use crate::noun::{Noun, Selection, current, current_all, remove, save};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

pub(crate) async fn create_security_group(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::CreateSecurityGroupRequest,
) -> Result<api::CreateSecurityGroupResult, Failure> {
    let new = tags::of_new(input.tag_specifications, SecurityGroup::KIND)?;
    let vpc_id = match input.vpc_id {
        Some(id) => id,
        None => ec2.default_vpc(&call).await?,
    };
    ec2.may_make(&call, SecurityGroup::KIND, &new, Some(&vpc_id), input.dry_run)
        .await?;
    ec2.find::<Vpc>(&call, &vpc_id).await?;
    let name = input.group_name.unwrap_or_default();
    let description = input.description.unwrap_or_default();
    check_texts(&name, &description)?;
    let id = ids::fresh(&*ec2.platform.random, "sg");
    let group = SecurityGroup {
        vpc: vpc_id,
        name,
        description,
        rules: vec![open_egress(&id)],
        owner: call.account.to_string(),
        id,
    };
    let (group, new, call) = (&group, &new, &call);
    ec2.platform
        .write(call, |txn| async move {
            current::<Vpc>(&txn, call, &group.vpc).await?;
            let others = current_all::<SecurityGroup>(&txn, call).await?;
            if others
                .iter()
                .any(|other| other.vpc == group.vpc && other.name == group.name)
            {
                let message = format!(
                    "The security group '{}' already exists for VPC '{}'",
                    group.name, group.vpc
                );
                return Err(error::refuse("InvalidGroup.Duplicate", message));
            }
            save(&txn, call, group).await?;
            tags::add(&txn, &call.scope(), &group.id, new).await?;
            Ok(api::CreateSecurityGroupResult {
                group_id: Some(group.id.clone()),
                tags: tags::answer(new),
                security_group_arn: Some(arn(call, SecurityGroup::KIND, &group.id)),
            })
        })
        .await
}

/// Up to 255 characters of letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`; a name doesn't begin with `sg-`.
fn check_texts(name: &str, description: &str) -> Result<(), Failure> {
    let fine = |text: &str| {
        text.len() <= 255
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c))
    };
    if name.eq_ignore_ascii_case("default") {
        let message = "Cannot use reserved security group name: default";
        return Err(error::refuse("InvalidParameterValue", message));
    }
    if name.starts_with("sg-") {
        return Err(error::invalid_value(
            name,
            "groupName",
            "Group names may not be in the format sg-*.",
        ));
    }
    if name.is_empty() || !fine(name) {
        let why = "Character sets beyond ASCII are not supported.";
        return Err(error::invalid_value(name, "groupName", why));
    }
    if description.is_empty() || !fine(description) {
        let why = "Character sets beyond ASCII are not supported.";
        return Err(error::invalid_value(description, "GroupDescription", why));
    }
    Ok(())
}

impl Ec2 {
    /// The default VPC of the caller's account.
    pub(crate) async fn default_vpc(&self, call: &Call) -> Result<String, Failure> {
        let all = self.all::<Vpc>(&call.account, &call.region).await?;
        let found = all.iter().find(|vpc| vpc.is_default).map(|vpc| vpc.id.clone());
        found.ok_or_else(|| error::refuse("VPCIdNotSpecified", "No default VPC for this user."))
    }

    /// The id of the group that a request names by id, or by name in the default VPC.
    pub(crate) async fn group_id(
        &self,
        call: &Call,
        id: Option<String>,
        name: Option<String>,
    ) -> Result<String, Failure> {
        let Some(name) = name.filter(|_| id.is_none()) else {
            return id.ok_or_else(|| error::missing_parameter("groupId"));
        };
        let vpc = self.default_vpc(call).await?;
        let groups = self.all::<SecurityGroup>(&call.account, &call.region).await?;
        let found = groups.iter().find(|group| group.vpc == vpc && group.name == name);
        found.map(|group| group.id.clone()).ok_or_else(|| {
            let message = format!("The security group '{name}' does not exist in default VPC '{vpc}'");
            error::refuse("InvalidGroup.NotFound", message)
        })
    }
}

pub(crate) async fn delete_security_group(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DeleteSecurityGroupRequest,
) -> Result<api::DeleteSecurityGroupResult, Failure> {
    let id = &ec2.group_id(&call, input.group_id, input.group_name).await?;
    let (_, own) = ec2.find::<SecurityGroup>(&call, id).await?;
    ec2.may_change(&call, SecurityGroup::KIND, id, &own, input.dry_run)
        .await?;
    let (call, ec2) = (&call, &ec2);
    ec2.platform
        .write(call, |txn| async move {
            let group = current::<SecurityGroup>(&txn, call, id).await?;
            if group.name == "default" {
                let message =
                    format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
                return Err(error::refuse("CannotDelete", message));
            }
            let others = current_all::<SecurityGroup>(&txn, call).await?;
            let interfaces = ec2.interfaces(&txn, call).await?;
            let in_use = others.iter().any(|other| other.id != *id && other.refers_to(id))
                || interfaces
                    .iter()
                    .any(|interface| interface.security_groups.contains(id));
            if in_use {
                return Err(error::dependency(format!("resource {id} has a dependent object")));
            }
            remove::<SecurityGroup>(&txn, call, id).await?;
            Ok(api::DeleteSecurityGroupResult {
                r#return: Some(true),
                group_id: Some(id.clone()),
            })
        })
        .await
}

pub(crate) async fn describe_security_groups(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeSecurityGroupsRequest,
) -> Result<api::DescribeSecurityGroupsResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let mut ids = input.group_ids.unwrap_or_default();
    for name in input.group_names.unwrap_or_default() {
        ids.push(ec2.group_id(&call, None, Some(name)).await?);
    }
    let selection = Selection::new(
        Some(ids),
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let (found, next_token) = ec2.select::<SecurityGroup>(&call, selection).await?;
    let shown = found.iter().map(|(group, tags)| answer(&call, group, tags));
    Ok(api::DescribeSecurityGroupsResult {
        security_groups: Some(shown.collect()),
        next_token,
    })
}

fn answer(call: &Call, group: &SecurityGroup, tags: &Tags) -> api::SecurityGroup {
    api::SecurityGroup {
        group_id: Some(group.id.clone()),
        ip_permissions_egress: Some(permissions(group.of(Direction::Egress))),
        tags: tags::answer(tags),
        vpc_id: Some(group.vpc.clone()),
        security_group_arn: Some(arn(call, SecurityGroup::KIND, &group.id)),
        owner_id: Some(group.owner.clone()),
        group_name: Some(group.name.clone()),
        description: Some(group.description.clone()),
        ip_permissions: Some(permissions(group.of(Direction::Ingress))),
    }
}

/// Rules put together by protocol and ports.
fn permissions<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<api::IpPermission> {
    let mut together: Vec<api::IpPermission> = Vec::new();
    for rule in rules {
        let traffic = &rule.traffic;
        let like = |known: &api::IpPermission| {
            known.ip_protocol.as_ref() == Some(&traffic.protocol)
                && known.from_port == traffic.from_port
                && known.to_port == traffic.to_port
        };
        let at = together.iter().position(like).unwrap_or_else(|| {
            together.push(api::IpPermission {
                ip_protocol: Some(traffic.protocol.clone()),
                from_port: traffic.from_port,
                to_port: traffic.to_port,
                user_id_group_pairs: Some(Vec::new()),
                ip_ranges: Some(Vec::new()),
                ipv6_ranges: Some(Vec::new()),
                prefix_list_ids: Some(Vec::new()),
            });
            together.len() - 1
        });
        add_peer(&mut together[at], rule);
    }
    together
}

fn add_peer(permission: &mut api::IpPermission, rule: &Rule) {
    let description = rule.description.clone();
    match &rule.traffic.peer {
        Peer::Ipv4(range) => permission.ip_ranges.get_or_insert_default().push(api::IpRange {
            description,
            cidr_ip: Some(range.clone()),
        }),
        Peer::Ipv6(range) => permission
            .ipv6_ranges
            .get_or_insert_default()
            .push(api::Ipv6Range {
                description,
                cidr_ipv6: Some(range.clone()),
            }),
        Peer::PrefixList(id) => permission
            .prefix_list_ids
            .get_or_insert_default()
            .push(api::PrefixListId {
                description,
                prefix_list_id: Some(id.clone()),
            }),
        Peer::Group { id, owner } => {
            permission
                .user_id_group_pairs
                .get_or_insert_default()
                .push(api::UserIdGroupPair {
                    description,
                    user_id: Some(owner.clone()),
                    group_id: Some(id.clone()),
                    ..api::UserIdGroupPair::default()
                });
        }
    }
}
