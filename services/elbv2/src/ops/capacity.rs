//! DescribeCapacityReservation, ModifyCapacityReservation.
//!
//! Source: API reference: a reservation can be lowered twice a day. Here it is a number that is kept: there is nothing to
//! reserve.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Timestamp;

use crate::find::{current, save};
use crate::model::load_balancer::{Capacity, Kind, LoadBalancer};
use crate::{LoadBalancing, error};

const MOST_DECREASES: i32 = 2;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

pub(crate) async fn describe_capacity_reservation(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeCapacityReservationInput,
) -> Result<api::DescribeCapacityReservationOutput, Failure> {
    let arn = input.load_balancer_arn.unwrap_or_default();
    let found = elbv2.read::<LoadBalancer>(&call, &arn).await?;
    let day = call.time.as_millis().div_euclid(DAY_MS);
    Ok(api::DescribeCapacityReservationOutput {
        last_modified_time: modified(&found),
        decrease_requests_remaining: Some(remaining(&found, day)),
        minimum_load_balancer_capacity: minimum(&found),
        capacity_reservation_state: Some(states(&found)),
    })
}

pub(crate) async fn modify_capacity_reservation(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::ModifyCapacityReservationInput,
) -> Result<api::ModifyCapacityReservationOutput, Failure> {
    let arn = &input.load_balancer_arn.unwrap_or_default();
    elbv2.open::<LoadBalancer>(&call, arn).await?;
    let reset = input.reset_capacity_reservation == Some(true);
    let units = input
        .minimum_load_balancer_capacity
        .and_then(|minimum| minimum.capacity_units);
    if reset == units.is_some() {
        let message = "You must specify either a minimum load balancer capacity or a reset";
        return Err(error::validation(message));
    }
    if units.is_some_and(|units| units < 1) {
        return Err(error::validation("Capacity units must be at least '1'"));
    }
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<LoadBalancer>(&txn, call, arn).await?;
            if changed.kind == Kind::Gateway {
                let message = "Capacity reservations are not supported for Gateway Load Balancers";
                return Err(error::configuration(message));
            }
            let now = call.time.as_millis();
            let day = now.div_euclid(DAY_MS);
            let before = changed.capacity.clone().unwrap_or_default();
            let fewer = before
                .units
                .is_some_and(|before| units.is_none_or(|units| units < before));
            let left = remaining(&changed, day);
            if fewer && left == 0 {
                let message = "The maximum number of requests to decrease the capacity has been reached";
                return Err(error::refuse(
                    ErrorCode::CapacityDecreaseRequestsLimitExceededException,
                    message,
                ));
            }
            changed.capacity = Some(Capacity {
                units,
                modified_ms: now,
                day,
                decreases: MOST_DECREASES - left + i32::from(fewer),
            });
            save(&txn, call, &changed).await?;
            Ok(api::ModifyCapacityReservationOutput {
                last_modified_time: modified(&changed),
                decrease_requests_remaining: Some(remaining(&changed, day)),
                minimum_load_balancer_capacity: minimum(&changed),
                capacity_reservation_state: Some(states(&changed)),
            })
        })
        .await
}

fn remaining(load_balancer: &LoadBalancer, day: i64) -> i32 {
    let today = load_balancer
        .capacity
        .as_ref()
        .filter(|capacity| capacity.day == day);
    MOST_DECREASES - today.map_or(0, |capacity| capacity.decreases)
}

fn modified(load_balancer: &LoadBalancer) -> Option<Timestamp> {
    let capacity = load_balancer.capacity.as_ref()?;
    Some(Timestamp::from_millis(capacity.modified_ms))
}

fn minimum(load_balancer: &LoadBalancer) -> Option<api::MinimumLoadBalancerCapacity> {
    let units = load_balancer.capacity.as_ref()?.units?;
    Some(api::MinimumLoadBalancerCapacity {
        capacity_units: Some(units),
    })
}

/// The units, shared out among the zones.
fn states(load_balancer: &LoadBalancer) -> Vec<api::ZonalCapacityReservationState> {
    let Some(units) = load_balancer
        .capacity
        .as_ref()
        .and_then(|capacity| capacity.units)
    else {
        return Vec::new();
    };
    let zones = u32::try_from(load_balancer.zones.len()).unwrap_or(1).max(1);
    let share = f64::from(units) / f64::from(zones);
    let state = |zone: &crate::model::load_balancer::Zone| api::ZonalCapacityReservationState {
        state: Some(api::CapacityReservationStatus {
            code: Some(api::CapacityReservationStateEnum::Provisioned),
            reason: None,
        }),
        availability_zone: Some(zone.name.clone()),
        effective_capacity_units: Some(share),
    };
    load_balancer.zones.iter().map(state).collect()
}
