//! DescribeTargetHealth.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};

use crate::model::target::{Health, Target};
use crate::model::target_group::TargetGroup;
use crate::ops::targets::names;
use crate::store::{HEALTH, TARGETS};
use crate::{LoadBalancing, health};

pub(crate) async fn describe_target_health(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeTargetHealthInput,
) -> Result<api::DescribeTargetHealthOutput, Failure> {
    let arn = input.target_group_arn.unwrap_or_default();
    let group = elbv2.read::<TargetGroup>(&call, &arn).await?;
    let in_use = elbv2.uses(&call).await?.contains_key(&arn);
    let (store, place) = (&elbv2.platform.store, &call.scope());
    let name = group.name.as_str();
    let targets = store.list_under(&TARGETS, place, name, None, ALL).await?;
    let reported = store.list_under(&HEALTH, place, name, None, ALL).await?;
    let now = call.time.as_millis();
    let known: Vec<(Arc<Target>, Health)> = targets
        .into_iter()
        .filter(|(_, target)| !target.is_gone(now))
        .map(|(key, target)| {
            let said = reported.iter().find(|(other, _)| *other == key);
            let health = health::of(&target, in_use, said.map(|(_, health)| health.as_ref()));
            (target, health)
        })
        .collect();
    let mut shown = Vec::new();
    match input.targets.filter(|wanted| !wanted.is_empty()) {
        None => shown.extend(
            known
                .iter()
                .map(|(target, health)| answer(&group, target, health)),
        ),
        Some(wanted) => {
            for description in wanted {
                let found: Vec<_> = known
                    .iter()
                    .filter(|(target, _)| names(&description, target))
                    .collect();
                if found.is_empty() {
                    let stranger = Target {
                        id: description.id.unwrap_or_default(),
                        port: description
                            .port
                            .and_then(|port| u16::try_from(port).ok())
                            .or(group.port),
                        zone: description.availability_zone,
                        registered_ms: 0,
                        draining_until_ms: None,
                    };
                    shown.push(answer(&group, &stranger, &health::not_registered()));
                }
                shown.extend(
                    found
                        .iter()
                        .map(|(target, health)| answer(&group, target, health)),
                );
            }
        }
    }
    Ok(api::DescribeTargetHealthOutput {
        target_health_descriptions: Some(shown),
    })
}

fn answer(group: &TargetGroup, target: &Target, health: &Health) -> api::TargetHealthDescription {
    let check_port = match group.health_check.port.as_deref() {
        Some("traffic-port") => target.port.map(|port| port.to_string()),
        other => other.map(str::to_owned),
    };
    api::TargetHealthDescription {
        target: Some(api::TargetDescription {
            id: Some(target.id.clone()),
            port: target.port.map(Into::into),
            availability_zone: target.zone.clone(),
            quic_server_id: None,
        }),
        health_check_port: check_port,
        target_health: Some(api::TargetHealth {
            state: Some(health.state.as_str().into()),
            reason: health.reason.as_deref().map(Into::into),
            description: health.description.clone(),
        }),
        ..api::TargetHealthDescription::default()
    }
}
