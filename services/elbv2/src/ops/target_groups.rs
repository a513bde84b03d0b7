//! CreateTargetGroup, DescribeTargetGroups, ModifyTargetGroup, DeleteTargetGroup.
//!
//! Source: API reference. Creating is idempotent as for load balancers. A group that a listener or a rule names can't be
//! deleted; one that is not there is no error.

use haechi_store::ALL;
use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_policy::Context;

use crate::find::{current, current_all, current_uses, key_of, remove, save};
use crate::health_check;
use crate::model::load_balancer::LoadBalancer;
use crate::model::target_group::{TargetGroup, TargetType};
use crate::ops::limits::MOST_TARGET_GROUPS;
use crate::paging::PageRequest;
use crate::store::{HEALTH, TARGETS};
use crate::tags::{self, Tags};
use crate::{LoadBalancing, answer, error, names};

const PROTOCOLS: [&str; 9] = [
    "HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC",
];

/// Reads a new group; its VPC is looked for later.
fn read(input: &api::CreateTargetGroupInput, arn: String) -> Result<TargetGroup, Failure> {
    let name = input.name.clone().unwrap_or_default();
    let target_type = input
        .target_type
        .as_ref()
        .map_or("instance", api::TargetTypeEnum::as_str);
    let target_type =
        TargetType::of_name(target_type).ok_or_else(|| error::validation("The target type is not valid"))?;
    let protocol = input
        .protocol
        .as_ref()
        .map(|protocol| protocol.as_str().to_owned());
    if target_type == TargetType::Lambda {
        for (given, what) in [
            (protocol.is_some(), "Protocol"),
            (input.port.is_some(), "Port"),
            (input.vpc_id.is_some(), "VPC ID"),
        ] {
            if given {
                let message =
                    format!("{what} cannot be specified for target groups with target type 'lambda'");
                return Err(error::validation(message));
            }
        }
    } else {
        let text = protocol.as_deref().unwrap_or_default();
        if text.is_empty() {
            return Err(error::validation("A protocol must be specified"));
        }
        if !PROTOCOLS.contains(&text) {
            return Err(error::validation(format!("Protocol '{text}' is not valid")));
        }
        if input.port.is_none() {
            return Err(error::validation("A port must be specified"));
        }
        if input.vpc_id.is_none() {
            return Err(error::validation("A VPC ID must be specified"));
        }
        if target_type == TargetType::Alb && text != "TCP" {
            let message = "Target groups with target type 'alb' must have protocol 'TCP'";
            return Err(error::configuration(message));
        }
    }
    let is_http = matches!(protocol.as_deref(), Some("HTTP" | "HTTPS"));
    // Terraform sends what it doesn't know as empty.
    let given = input.protocol_version.as_deref().filter(|text| !text.is_empty());
    let protocol_version = version(given, is_http)?;
    let mut group = TargetGroup {
        arn,
        name,
        target_type,
        port: input.port.and_then(|port| u16::try_from(port).ok()),
        vpc: input.vpc_id.clone(),
        ip_address_type: (target_type != TargetType::Lambda).then(|| {
            let given = input.ip_address_type.as_ref();
            given
                .map_or("ipv4", api::TargetGroupIpAddressTypeEnum::as_str)
                .to_owned()
        }),
        health_check: health_check::defaults(target_type, protocol.as_deref(), protocol_version.as_deref()),
        protocol,
        protocol_version,
        attributes: BTreeMap::new(),
        tags: Tags::new(),
    };
    let change = health_check::Change {
        protocol: input
            .health_check_protocol
            .as_ref()
            .map(|it| it.as_str().to_owned()),
        port: input.health_check_port.clone(),
        enabled: input.health_check_enabled,
        path: input.health_check_path.clone(),
        interval: input.health_check_interval_seconds,
        timeout: input.health_check_timeout_seconds,
        healthy: input.healthy_threshold_count,
        unhealthy: input.unhealthy_threshold_count,
        matcher: input.matcher.clone(),
    };
    change.apply(&mut group)?;
    Ok(group)
}

fn version(given: Option<&str>, is_http: bool) -> Result<Option<String>, Failure> {
    match given {
        None => Ok(is_http.then(|| "HTTP1".to_owned())),
        Some(_) if !is_http => Err(error::configuration(
            "Protocol version is only supported for target groups with protocol 'HTTP' or 'HTTPS'",
        )),
        Some(text @ ("HTTP1" | "HTTP2" | "GRPC")) => Ok(Some(text.to_owned())),
        Some(text) => Err(error::validation(format!(
            "Protocol version '{text}' must be one of 'HTTP1', 'HTTP2', 'GRPC'"
        ))),
    }
}

/// Whether one is what the other was made as.
fn same_settings(one: &TargetGroup, other: &TargetGroup) -> bool {
    one.target_type == other.target_type
        && one.protocol == other.protocol
        && one.protocol_version == other.protocol_version
        && one.port == other.port
        && one.vpc == other.vpc
        && one.ip_address_type == other.ip_address_type
        && one.health_check == other.health_check
        && one.tags == other.tags
}

pub(crate) async fn create_target_group(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::CreateTargetGroupInput,
) -> Result<api::CreateTargetGroupOutput, Failure> {
    let name = input.name.clone().unwrap_or_default();
    names::check("Target group", &name)?;
    let arn = |id: &str| names::arn(&call.account, &call.region, &format!("targetgroup/{name}/{id}"));
    let own = tags::from_request(input.tags.clone())?;
    elbv2
        .may_make(&call, &arn("*"), &arn("*"), &own, Context::new())
        .await?;
    let mut new = read(&input, arn(&elbv2.platform.random.hex(16)))?;
    new.tags = own;
    let (new, call, elbv2) = (&new, &call, &elbv2);
    elbv2
        .platform
        .write(call, |txn| async move {
            if let Some(vpc) = &new.vpc
                && !elbv2
                    .network
                    .has_vpc(&txn, &call.account, &call.region, vpc)
                    .await?
            {
                return Err(error::validation(format!("The VPC ID '{vpc}' is not found")));
            }
            let others = current_all::<TargetGroup>(&txn, call).await?;
            let shown = |group: &TargetGroup| api::CreateTargetGroupOutput {
                target_groups: Some(vec![answer::target_group(group, Vec::new())]),
            };
            if let Some(present) = others.iter().find(|other| other.name == new.name) {
                if same_settings(present, new) {
                    return Ok(shown(present));
                }
                let message = format!(
                    "A target group with the same name '{}' exists, but with different settings",
                    new.name
                );
                return Err(error::refuse(
                    ErrorCode::DuplicateTargetGroupNameException,
                    message,
                ));
            }
            if others.len() >= MOST_TARGET_GROUPS {
                let message = "The maximum number of target groups has been reached";
                return Err(error::refuse(ErrorCode::TooManyTargetGroupsException, message));
            }
            save(&txn, call, new).await?;
            Ok(shown(new))
        })
        .await
}

pub(crate) async fn describe_target_groups(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeTargetGroupsInput,
) -> Result<api::DescribeTargetGroupsOutput, Failure> {
    elbv2.may_read(&call).await?;
    let (arns, wanted, load_balancer) = (input.target_group_arns, input.names, input.load_balancer_arn);
    if [arns.is_some(), wanted.is_some(), load_balancer.is_some()]
        .iter()
        .filter(|given| **given)
        .count()
        > 1
    {
        let message = "Target group ARNs, target group names and a load balancer ARN cannot be specified at the same time";
        return Err(error::validation(message));
    }
    let page = PageRequest::parse(input.marker.as_deref(), input.page_size)?;
    let uses = elbv2.uses(&call).await?;
    let mut all = elbv2.all::<TargetGroup>(&call).await?;
    let missing = || {
        let message = "One or more target groups not found";
        error::refuse(ErrorCode::TargetGroupNotFoundException, message)
    };
    if let Some(arns) = &arns {
        for arn in arns {
            key_of::<TargetGroup>(arn)?;
        }
        if !arns.iter().all(|arn| all.iter().any(|known| known.arn == *arn)) {
            return Err(missing());
        }
        all.retain(|known| arns.contains(&known.arn));
    }
    if let Some(wanted) = &wanted {
        if !wanted
            .iter()
            .all(|name| all.iter().any(|known| known.name == *name))
        {
            return Err(missing());
        }
        all.retain(|known| wanted.contains(&known.name));
    }
    if let Some(arn) = &load_balancer {
        if elbv2.find::<LoadBalancer>(&call, arn).await?.is_none() {
            return Err(error::no_load_balancer(arn));
        }
        all.retain(|known| uses.get(&known.arn).is_some_and(|users| users.contains(arn)));
    }
    let (all, next_marker) = page.of(all, |group| group.name.clone());
    let shown = |group: &Arc<TargetGroup>| {
        let users = uses.get(&group.arn).cloned().unwrap_or_default();
        answer::target_group(group, users.into_iter().collect())
    };
    Ok(api::DescribeTargetGroupsOutput {
        target_groups: Some(all.iter().map(shown).collect()),
        next_marker,
    })
}

pub(crate) async fn modify_target_group(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyTargetGroupInput,
) -> Result<api::ModifyTargetGroupOutput, Failure> {
    let arn = &input.target_group_arn.unwrap_or_default();
    elbv2.open::<TargetGroup>(&call, arn).await?;
    let change = &health_check::Change {
        protocol: input.health_check_protocol.map(|it| it.as_str().to_owned()),
        port: input.health_check_port,
        enabled: input.health_check_enabled,
        path: input.health_check_path,
        interval: input.health_check_interval_seconds,
        timeout: input.health_check_timeout_seconds,
        healthy: input.healthy_threshold_count,
        unhealthy: input.unhealthy_threshold_count,
        matcher: input.matcher,
    };
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut group = current::<TargetGroup>(&txn, call, arn).await?;
            change.apply(&mut group)?;
            save(&txn, call, &group).await?;
            let uses = current_uses(&txn, call).await?;
            let users = uses.get(arn).cloned().unwrap_or_default();
            Ok(api::ModifyTargetGroupOutput {
                target_groups: Some(vec![answer::target_group(&group, users.into_iter().collect())]),
            })
        })
        .await
}

pub(crate) async fn delete_target_group(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DeleteTargetGroupInput,
) -> Result<api::DeleteTargetGroupOutput, Failure> {
    let arn = &input.target_group_arn.unwrap_or_default();
    let found = elbv2.find::<TargetGroup>(&call, arn).await?;
    let none = Tags::new();
    elbv2
        .may_change(&call, arn, found.as_ref().map_or(&none, |found| &found.tags))
        .await?;
    let Some(found) = found else {
        return Ok(api::DeleteTargetGroupOutput::default());
    };
    let (call, name) = (&call, found.name.as_str());
    elbv2
        .platform
        .write(call, |txn| async move {
            if current_uses(&txn, call).await?.contains_key(arn) {
                let message = format!("Target group '{arn}' is currently in use by a listener or a rule");
                return Err(error::refuse(ErrorCode::ResourceInUseException, message));
            }
            let place = call.scope();
            for (key, _) in txn.list_under(&TARGETS, &place, name, None, ALL).await? {
                txn.delete(&TARGETS, &place, &key).await?;
            }
            for (key, _) in txn.list_under(&HEALTH, &place, name, None, ALL).await? {
                txn.delete(&HEALTH, &place, &key).await?;
            }
            remove::<TargetGroup>(&txn, call, arn).await?;
            Ok(api::DeleteTargetGroupOutput::default())
        })
        .await
}
