//! ScheduleKeyDeletion and CancelKeyDeletion.
//!
//! 7 to 30 days, 30 where none is said. A primary with replicas waits for them first (`PendingReplicaDeletion`) and
//! has no date until the last one is gone. A cancelled key is disabled, or waits for its material as before. Follows
//! the KMS API reference, "ScheduleKeyDeletion", and the developer guide, "Deleting multi-Region keys".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_core::{Call, Failure, Timestamp};

use crate::Kms;
use crate::authz::Wish;
use crate::error::{invalid_state, state_error, validation};
use crate::model::key::{Deletion, Key, KeyOrigin};
use crate::model::state::{KeyState, OperationClass};
use crate::ops::switch::refuse_managed;

const DEFAULT_WINDOW: i64 = 30;
const WINDOW: std::ops::RangeInclusive<i64> = 7..=30;
const DAY_MS: i64 = 86_400_000;

pub(crate) async fn schedule_key_deletion(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ScheduleKeyDeletionRequest,
) -> Result<api::ScheduleKeyDeletionResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let window = input.pending_window_in_days.map_or(DEFAULT_WINDOW, i64::from);
    // The model allows 1 to 365; the service says otherwise.
    if !WINDOW.contains(&window) {
        let (least, most) = (WINDOW.start(), WINDOW.end());
        return Err(validation(format!("PendingWindowInDays must be between {least} and {most}")).into());
    }
    let wish = Wish::new("ScheduleKeyDeletion")
        .condition("kms:schedulekeydeletionpendingwindowindays", window.to_string());
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    refuse_managed(&loaded)?;
    let now = call.time.as_millis();
    kms.change(&call, &loaded, |key| {
        if let Some(error) = state_error(&loaded.arn, key.state, OperationClass::ScheduleDeletion) {
            return Err(error.into());
        }
        let waits_for_replicas = has_replicas(key);
        let date_ms = (!waits_for_replicas).then_some(now + window * DAY_MS);
        key.deletion = Some(Deletion {
            date_ms,
            window_days: window,
        });
        key.state = if waits_for_replicas {
            KeyState::PendingReplicaDeletion
        } else {
            KeyState::PendingDeletion
        };
        Ok(api::ScheduleKeyDeletionResponse {
            key_id: Some(loaded.arn.clone()),
            deletion_date: date_ms.map(Timestamp::from_millis),
            key_state: Some(key.state.name().into()),
            pending_window_in_days: i32::try_from(window).ok(),
        })
    })
    .await
}

pub(crate) async fn cancel_key_deletion(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::CancelKeyDeletionRequest,
) -> Result<api::CancelKeyDeletionResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("CancelKeyDeletion"))
        .await?;
    kms.change(&call, &loaded, |key| {
        if state_error(&loaded.arn, key.state, OperationClass::CancelDeletion).is_some() {
            return Err(invalid_state(format!("{} is not pending deletion.", loaded.arn)).into());
        }
        key.deletion = None;
        key.state = if lacks_material(key) {
            KeyState::PendingImport
        } else {
            KeyState::Disabled
        };
        Ok(api::CancelKeyDeletionResponse {
            key_id: Some(loaded.arn.clone()),
        })
    })
    .await
}

fn has_replicas(key: &Key) -> bool {
    key.multi_region
        .as_ref()
        .is_some_and(|family| !family.is_replica() && !family.replicas.is_empty())
}

fn lacks_material(key: &Key) -> bool {
    key.origin == KeyOrigin::External
        && (key.materials.is_empty() || key.materials.iter().any(|m| !m.is_pending() && !m.is_present()))
}
