//! How targets are: what gateways report, and what follows from what is known here.
//!
//! Source: API reference, `TargetHealth`: states, reason codes and their descriptions.

use async_trait::async_trait;
use haechi_core::{AccountId, Arn, Failure, Region};
use haechi_dataplane::{Report, ReportSink};

use crate::LoadBalancing;
use crate::find::key_of;
use crate::model::target::{Health, Target};
use crate::model::target_group::TargetGroup;
use crate::store::{HEALTH, TARGET_GROUPS, TARGETS};

/// The health of a target in a group, after what a gateway said of it last.
pub(crate) fn of(target: &Target, in_use: bool, reported: Option<&Health>) -> Health {
    if target.draining_until_ms.is_some() {
        return Health::new(
            "draining",
            "Target.DeregistrationInProgress",
            "Target deregistration is in progress",
        );
    }
    if !in_use {
        return Health::new(
            "unused",
            "Target.NotInUse",
            "Target group is not configured to receive traffic from the load balancer",
        );
    }
    match reported {
        Some(health) => health.clone(),
        None => Health::new(
            "initial",
            "Elb.RegistrationInProgress",
            "Target registration is in progress",
        ),
    }
}

/// The health of what is not in the group.
pub(crate) fn not_registered() -> Health {
    Health::new(
        "unused",
        "Target.NotRegistered",
        "Target is not registered to the target group",
    )
}

#[async_trait]
impl ReportSink for LoadBalancing {
    async fn report(&self, report: &Report) -> Result<(), Failure> {
        for said in &report.targets {
            let Some(arn) = Arn::parse(&said.group) else {
                continue;
            };
            let (Ok(account), Ok(region)) = (AccountId::parse(arn.account()), Region::parse(arn.region()))
            else {
                continue;
            };
            let place = &region.scope(&account);
            let Ok(key) = key_of::<TargetGroup>(&said.group) else {
                continue;
            };
            let id = &(
                key.str(0).unwrap_or_default(),
                said.id.as_str(),
                u64::from(said.port),
            );
            let health = &Health {
                state: said.state.clone(),
                reason: said.reason.clone(),
                description: said.description.clone(),
            };
            let store = &self.platform.store;
            if store.get(&HEALTH, place, id).await?.as_deref() == Some(health) {
                continue;
            }
            let key = &key;
            store
                .txn(|txn| async move {
                    let group = txn.get(&TARGET_GROUPS, place, key).await?;
                    let is_meant = group.is_some_and(|group| group.arn == said.group);
                    // A report may be late: what is no target any more has no health.
                    if is_meant && txn.get(&TARGETS, place, id).await?.is_some() {
                        txn.put(&HEALTH, place, id, health).await?;
                    }
                    Ok::<_, Failure>(())
                })
                .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(draining_until_ms: Option<i64>) -> Target {
        Target {
            id: "10.0.0.1".into(),
            port: Some(80),
            zone: None,
            registered_ms: 0,
            draining_until_ms,
        }
    }

    #[test]
    fn what_is_known_here_wins_over_what_was_reported() {
        let healthy = Health {
            state: "healthy".into(),
            reason: None,
            description: None,
        };
        let state = |target: &Target, in_use, reported: Option<&Health>| of(target, in_use, reported).state;
        assert_eq!(state(&target(None), true, Some(&healthy)), "healthy");
        assert_eq!(state(&target(None), true, None), "initial");
        assert_eq!(state(&target(None), false, Some(&healthy)), "unused");
        assert_eq!(state(&target(Some(1)), true, Some(&healthy)), "draining");
    }
}
