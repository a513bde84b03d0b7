//! Rules of security groups, in both forms.
//!
//! Source: EC2 API reference, AuthorizeSecurityGroupIngress and its kin: a rule that is there already is refused, a rule
//! to be revoked that is not there is refused, and each request is done as a whole or not at all.

use std::sync::Arc;

use haechi_api_ec2 as api;
use haechi_core::{Call, Failure};

use crate::authz::{DryRun, arn};
use crate::filters::Facts;
use crate::model::security_group::{Direction, Peer, Rule, SecurityGroup, Traffic};
use crate::noun::{Noun, Selection, current, save};
use crate::permissions::{Wanted, describe, from_request};
use crate::tags::{self, Tags};
use crate::{Ec2, error, ids};

/// The kind of a rule in ARNs and tag specifications.
const KIND: &str = "security-group-rule";

macro_rules! simple_permission {
    ($input:ident) => {{
        let simple = $input.ip_protocol.is_some() || $input.cidr_ip.is_some();
        let permission = api::IpPermission {
            ip_protocol: $input.ip_protocol,
            from_port: $input.from_port,
            to_port: $input.to_port,
            ip_ranges: $input.cidr_ip.map(|range| {
                vec![api::IpRange {
                    cidr_ip: Some(range),
                    description: None,
                }]
            }),
            ..api::IpPermission::default()
        };
        let mut all = $input.ip_permissions.unwrap_or_default();
        all.extend(simple.then_some(permission));
        all
    }};
}

pub(crate) async fn authorize_ingress(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::AuthorizeSecurityGroupIngressRequest,
) -> Result<api::AuthorizeSecurityGroupIngressResult, Failure> {
    let group = ec2.group_id(&call, input.group_id, input.group_name).await?;
    let new = tags::of_new(input.tag_specifications, KIND)?;
    let wanted = from_request(&call, simple_permission!(input))?;
    ec2.may_change_group(&call, &group, input.dry_run).await?;
    let (ec2, call, group, wanted, new) = (&ec2, &call, &group, &wanted, &new);
    ec2.platform
        .write(call, |txn| async move {
            let added = ec2
                .add(&txn, call, group, Direction::Ingress, wanted, new)
                .await?;
            Ok(api::AuthorizeSecurityGroupIngressResult {
                r#return: Some(true),
                security_group_rules: Some(added),
            })
        })
        .await
}

pub(crate) async fn authorize_egress(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::AuthorizeSecurityGroupEgressRequest,
) -> Result<api::AuthorizeSecurityGroupEgressResult, Failure> {
    let group = ec2.group_id(&call, input.group_id, None).await?;
    let new = tags::of_new(input.tag_specifications, KIND)?;
    let wanted = from_request(&call, simple_permission!(input))?;
    ec2.may_change_group(&call, &group, input.dry_run).await?;
    let (ec2, call, group, wanted, new) = (&ec2, &call, &group, &wanted, &new);
    ec2.platform
        .write(call, |txn| async move {
            let added = ec2.add(&txn, call, group, Direction::Egress, wanted, new).await?;
            Ok(api::AuthorizeSecurityGroupEgressResult {
                r#return: Some(true),
                security_group_rules: Some(added),
            })
        })
        .await
}

pub(crate) async fn revoke_ingress(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::RevokeSecurityGroupIngressRequest,
) -> Result<api::RevokeSecurityGroupIngressResult, Failure> {
    let group = ec2.group_id(&call, input.group_id, input.group_name).await?;
    let rules = input.security_group_rule_ids.unwrap_or_default();
    let wanted = named(&call, &rules, simple_permission!(input))?;
    ec2.may_change_group(&call, &group, input.dry_run).await?;
    let (call, group, wanted, rules) = (&call, &group, &wanted, &rules);
    ec2.platform
        .write(call, |txn| async move {
            let gone = take(&txn, call, group, Direction::Ingress, wanted, rules).await?;
            Ok(api::RevokeSecurityGroupIngressResult {
                r#return: Some(true),
                unknown_ip_permissions: None,
                revoked_security_group_rules: Some(gone),
            })
        })
        .await
}

pub(crate) async fn revoke_egress(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::RevokeSecurityGroupEgressRequest,
) -> Result<api::RevokeSecurityGroupEgressResult, Failure> {
    let group = ec2.group_id(&call, input.group_id, None).await?;
    let rules = input.security_group_rule_ids.unwrap_or_default();
    let wanted = named(&call, &rules, simple_permission!(input))?;
    ec2.may_change_group(&call, &group, input.dry_run).await?;
    let (call, group, wanted, rules) = (&call, &group, &wanted, &rules);
    ec2.platform
        .write(call, |txn| async move {
            let gone = take(&txn, call, group, Direction::Egress, wanted, rules).await?;
            Ok(api::RevokeSecurityGroupEgressResult {
                r#return: Some(true),
                unknown_ip_permissions: None,
                revoked_security_group_rules: Some(gone),
            })
        })
        .await
}

/// The rules that a request names by what they let pass; none are needed where it names ids.
fn named(call: &Call, ids: &[String], given: Vec<api::IpPermission>) -> Result<Vec<Wanted>, Failure> {
    if given.is_empty() && !ids.is_empty() {
        return Ok(Vec::new());
    }
    from_request(call, given)
}

impl Ec2 {
    async fn may_change_group(&self, call: &Call, id: &str, dry_run: DryRun) -> Result<(), Failure> {
        let (_, own) = self.find::<SecurityGroup>(call, id).await?;
        self.may_change(call, SecurityGroup::KIND, id, &own, dry_run)
            .await
    }

    async fn add(
        &self,
        txn: &haechi_store::Txn,
        call: &Call,
        group: &str,
        direction: Direction,
        wanted: &[Wanted],
        new: &Tags,
    ) -> Result<Vec<api::SecurityGroupRule>, Failure> {
        let mut group = current::<SecurityGroup>(txn, call, group).await?;
        let mut added = Vec::with_capacity(wanted.len());
        for (traffic, description) in wanted {
            if group.of(direction).any(|rule| rule.traffic == *traffic) {
                let message = format!("the specified rule \"{}\" already exists", describe(traffic));
                return Err(error::refuse("InvalidPermission.Duplicate", message));
            }
            if let Peer::Group { id, owner } = &traffic.peer
                && owner == call.account.as_str()
            {
                current::<SecurityGroup>(txn, call, id).await?;
            }
            let rule = Rule {
                id: ids::fresh(&*self.platform.random, "sgr"),
                direction,
                traffic: traffic.clone(),
                description: description.clone(),
            };
            tags::add(txn, &call.scope(), &rule.id, new).await?;
            added.push(shown(call, &group, &rule, new));
            group.rules.push(rule);
        }
        save(txn, call, &group).await?;
        Ok(added)
    }
}

async fn take(
    txn: &haechi_store::Txn,
    call: &Call,
    group: &str,
    direction: Direction,
    wanted: &[Wanted],
    ids: &[String],
) -> Result<Vec<api::RevokedSecurityGroupRule>, Failure> {
    let mut group = current::<SecurityGroup>(txn, call, group).await?;
    let mut gone = Vec::new();
    for id in ids {
        let found = group.of(direction).find(|rule| rule.id == *id).cloned();
        let rule = found.ok_or_else(|| {
            let message = format!("The security group rule ID '{id}' does not exist");
            error::refuse("InvalidSecurityGroupRuleId.NotFound", message)
        })?;
        gone.push(rule);
    }
    for (traffic, _) in wanted {
        let found = group.of(direction).find(|rule| rule.traffic == *traffic).cloned();
        let rule = found.ok_or_else(|| {
            let message = "The specified rule does not exist in this security group.";
            error::refuse("InvalidPermission.NotFound", message)
        })?;
        gone.push(rule);
    }
    group.rules.retain(|rule| !gone.contains(rule));
    save(txn, call, &group).await?;
    for rule in &gone {
        txn.delete(&crate::store::TAGS, &call.scope(), rule.id.as_str())
            .await?;
    }
    Ok(gone.iter().map(|rule| revoked(&group, rule)).collect())
}

pub(crate) async fn describe_rules(
    ec2: Arc<Ec2>,
    call: Arc<Call>,
    input: api::DescribeSecurityGroupRulesRequest,
) -> Result<api::DescribeSecurityGroupRulesResult, Failure> {
    ec2.may_read(&call, input.dry_run).await?;
    let selection = Selection::new(
        input.security_group_rule_ids,
        input.filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let tags = ec2.all_tags(&call).await?;
    let mut all = Vec::new();
    for group in ec2.all::<SecurityGroup>(&call.account, &call.region).await? {
        for rule in &group.rules {
            let own = tags.iter().find(|(id, _)| *id == rule.id);
            let own = own.map_or_else(Tags::new, |(_, tags)| tags.as_ref().clone());
            let mut facts = Facts::default();
            facts.add("group-id", &group.id);
            facts.add("security-group-rule-id", &rule.id);
            all.push((shown(&call, &group, rule, &own), facts, own));
        }
    }
    let known = ["group-id", "security-group-rule-id"];
    let (found, next_token) = selection.of(
        all,
        &known,
        |rule| rule.security_group_rule_id.as_deref().unwrap_or_default(),
        |id| {
            let message = format!("The security group rule ID '{id}' does not exist");
            error::refuse("InvalidSecurityGroupRuleId.NotFound", message)
        },
    )?;
    Ok(api::DescribeSecurityGroupRulesResult {
        security_group_rules: Some(found.into_iter().map(|(rule, _)| rule).collect()),
        next_token,
    })
}

/// EC2 shows -1 where a rule of all protocols has no ports.
fn port(traffic: &Traffic, port: Option<i32>) -> Option<i32> {
    port.or_else(|| (traffic.protocol == "-1").then_some(-1))
}

fn shown(call: &Call, group: &SecurityGroup, rule: &Rule, tags: &Tags) -> api::SecurityGroupRule {
    let traffic = &rule.traffic;
    let mut shown = api::SecurityGroupRule {
        security_group_rule_id: Some(rule.id.clone()),
        group_id: Some(group.id.clone()),
        group_owner_id: Some(group.owner.clone()),
        is_egress: Some(rule.direction == Direction::Egress),
        ip_protocol: Some(traffic.protocol.clone()),
        from_port: port(traffic, traffic.from_port),
        to_port: port(traffic, traffic.to_port),
        description: rule.description.clone(),
        tags: tags::answer(tags),
        security_group_rule_arn: Some(arn(call, KIND, &rule.id)),
        ..api::SecurityGroupRule::default()
    };
    match &traffic.peer {
        Peer::Ipv4(range) => shown.cidr_ipv4 = Some(range.clone()),
        Peer::Ipv6(range) => shown.cidr_ipv6 = Some(range.clone()),
        Peer::PrefixList(id) => shown.prefix_list_id = Some(id.clone()),
        Peer::Group { id, owner } => {
            shown.referenced_group_info = Some(api::ReferencedSecurityGroup {
                group_id: Some(id.clone()),
                user_id: Some(owner.clone()),
                ..api::ReferencedSecurityGroup::default()
            });
        }
    }
    shown
}

fn revoked(group: &SecurityGroup, rule: &Rule) -> api::RevokedSecurityGroupRule {
    let traffic = &rule.traffic;
    let mut shown = api::RevokedSecurityGroupRule {
        security_group_rule_id: Some(rule.id.clone()),
        group_id: Some(group.id.clone()),
        is_egress: Some(rule.direction == Direction::Egress),
        ip_protocol: Some(traffic.protocol.clone()),
        from_port: port(traffic, traffic.from_port),
        to_port: port(traffic, traffic.to_port),
        description: rule.description.clone(),
        ..api::RevokedSecurityGroupRule::default()
    };
    match &traffic.peer {
        Peer::Ipv4(range) => shown.cidr_ipv4 = Some(range.clone()),
        Peer::Ipv6(range) => shown.cidr_ipv6 = Some(range.clone()),
        Peer::PrefixList(id) => shown.prefix_list_id = Some(id.clone()),
        Peer::Group { id, .. } => shown.referenced_group_id = Some(id.clone()),
    }
    shown
}
