//! RegisterTargets, DeregisterTargets.
//!
//! Source: API reference; user guide, "Deregistration delay": a target that is deregistered while its group is in use
//! drains for as long as the group says, and registering it again ends that. Addresses may be any, loopback too: what
//! AWS asks of them is about its own network.

use std::net::IpAddr;
use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Arn, Call, Failure};
use haechi_store::{ALL, Txn};

use crate::LoadBalancing;
use crate::error;
use crate::find::{current, current_uses};
use crate::model::load_balancer::{Kind, LoadBalancer};
use crate::model::target::Target;
use crate::model::target_group::{TargetGroup, TargetType};
use crate::ops::limits::MOST_TARGETS;
use crate::store::{HEALTH, TARGETS};

pub(crate) async fn register_targets(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::RegisterTargetsInput,
) -> Result<api::RegisterTargetsOutput, Failure> {
    let arn = &input.target_group_arn.unwrap_or_default();
    let given = &input.targets.unwrap_or_default();
    elbv2.open::<TargetGroup>(&call, arn).await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let group = current::<TargetGroup>(&txn, call, arn).await?;
            let place = call.scope();
            let present = txn
                .list_under(&TARGETS, &place, group.name.as_str(), None, ALL)
                .await?;
            let now = call.time.as_millis();
            for (key, target) in &present {
                if target.is_gone(now) {
                    txn.delete(&TARGETS, &place, key).await?;
                }
            }
            let mut count = present
                .iter()
                .filter(|(_, target)| target.draining_until_ms.is_none())
                .count();
            for description in given {
                let new = read(&txn, call, &group, description, now).await?;
                let id = (group.name.as_str(), new.id.as_str(), new.key_port());
                let before = txn.get(&TARGETS, &place, id).await?;
                if before
                    .as_ref()
                    .is_some_and(|before| before.draining_until_ms.is_none())
                {
                    continue;
                }
                txn.delete(&HEALTH, &place, id).await?;
                txn.put(&TARGETS, &place, id, &new).await?;
                count += 1;
            }
            let most = if group.target_type == TargetType::Lambda {
                1
            } else {
                MOST_TARGETS
            };
            if count > most {
                let message =
                    format!("You have reached the maximum number of targets in target group '{arn}'");
                return Err(error::refuse(ErrorCode::TooManyTargetsException, message));
            }
            haechi_dataplane::touch(&txn).await?;
            Ok(api::RegisterTargetsOutput::default())
        })
        .await
}

/// A target of a request, as its group takes it.
async fn read(
    txn: &Txn,
    call: &Call,
    group: &TargetGroup,
    given: &api::TargetDescription,
    now_ms: i64,
) -> Result<Target, Failure> {
    let mut id = given.id.clone().unwrap_or_default();
    match group.target_type {
        TargetType::Ip => id = address(&id, group)?.to_string(),
        TargetType::Instance => return Err(no_instance(&id)),
        TargetType::Lambda => return Err(no_function(&id, group)),
        TargetType::Alb => {
            let found = current::<LoadBalancer>(txn, call, &id).await;
            let fits = found
                .is_ok_and(|found| found.kind == Kind::Application && Some(&found.vpc) == group.vpc.as_ref());
            if !fits {
                let message =
                    format!("The specified target '{id}' is not an Application Load Balancer in the VPC");
                return Err(error::refuse(ErrorCode::InvalidTargetException, message));
            }
        }
    }
    Ok(Target {
        id,
        port: port_of(given, group),
        zone: given.availability_zone.clone(),
        registered_ms: now_ms,
        draining_until_ms: None,
    })
}

fn port_of(given: &api::TargetDescription, group: &TargetGroup) -> Option<u16> {
    let asked = given.port.and_then(|port| u16::try_from(port).ok());
    asked.or(group.port).filter(|_| group.has_ports())
}

fn address(text: &str, group: &TargetGroup) -> Result<IpAddr, Failure> {
    let version = if group.ip_address_type.as_deref() == Some("ipv6") {
        "IPv6"
    } else {
        "IPv4"
    };
    let parsed = text
        .parse()
        .ok()
        .filter(|address: &IpAddr| address.is_ipv6() == (version == "IPv6"));
    parsed.ok_or_else(|| {
        error::validation(format!(
            "The IP address '{text}' is not a valid {version} address"
        ))
    })
}

/// There are no instances here.
fn no_instance(id: &str) -> Failure {
    let digits = id.strip_prefix("i-").unwrap_or_default();
    let is_id = matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if is_id {
        let message =
            format!("The following targets are not in a running state and cannot be registered: '{id}'");
        error::refuse(ErrorCode::InvalidTargetException, message)
    } else {
        error::validation(format!("Instance ID '{id}' is not valid"))
    }
}

/// There are no functions here that a load balancer could call.
fn no_function(id: &str, group: &TargetGroup) -> Failure {
    if Arn::parse(id).is_none_or(|arn| arn.service() != "lambda") {
        return error::validation(format!("The target ID '{id}' is not a valid Lambda function ARN"));
    }
    let message = format!(
        "elasticloadbalancing principal does not have permission to invoke {id} from target group {}",
        group.arn
    );
    haechi_wire::ApiError::new("AccessDenied", 403, message).into()
}

pub(crate) async fn deregister_targets(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DeregisterTargetsInput,
) -> Result<api::DeregisterTargetsOutput, Failure> {
    let arn = &input.target_group_arn.unwrap_or_default();
    let given = &input.targets.unwrap_or_default();
    elbv2.open::<TargetGroup>(&call, arn).await?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let group = current::<TargetGroup>(&txn, call, arn).await?;
            let in_use = current_uses(&txn, call).await?.contains_key(arn);
            let place = call.scope();
            let now = call.time.as_millis();
            let present = txn
                .list_under(&TARGETS, &place, group.name.as_str(), None, ALL)
                .await?;
            for description in given {
                for (key, target) in present.iter().filter(|(_, target)| names(description, target)) {
                    if target.is_gone(now) || !in_use {
                        txn.delete(&TARGETS, &place, key).await?;
                        txn.delete(&HEALTH, &place, key).await?;
                    } else if target.draining_until_ms.is_none() {
                        let delay = i64::from(group.deregistration_delay()) * 1_000;
                        let draining = Target {
                            draining_until_ms: Some(now + delay),
                            ..target.as_ref().clone()
                        };
                        txn.put(&TARGETS, &place, key, &draining).await?;
                    }
                }
            }
            haechi_dataplane::touch(&txn).await?;
            Ok(api::DeregisterTargetsOutput::default())
        })
        .await
}

/// Whether a description means this target: without a port it means the target at all its ports.
pub(crate) fn names(description: &api::TargetDescription, target: &Target) -> bool {
    let id = description.id.as_deref().unwrap_or_default();
    let same_id = id == target.id
        || matches!((id.parse::<IpAddr>(), target.id.parse::<IpAddr>()), (Ok(one), Ok(other)) if one == other);
    let same_port = description
        .port
        .is_none_or(|port| target.port.is_some_and(|own| i32::from(own) == port));
    same_id && same_port
}
