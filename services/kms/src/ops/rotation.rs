//! EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus.
//!
//! Only symmetric encryption keys whose material was generated here rotate by the calendar, every 90 to 2,560 days; of
//! a multi-Region family the primary alone can be told to, and the replicas follow. Order of errors: NotFound,
//! AccessDenied, UnsupportedOperation (AWS managed), Disabled/InvalidState, UnsupportedOperation (kind of key, replica).
//! Follows the KMS API reference and the developer guide, "Enable automatic key rotation".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Authorized, Call, Failure, Timestamp};
use haechi_crypto::KeySpec;
use haechi_wire::Empty;

use crate::Kms;
use crate::authz::Wish;
use crate::error::{self, state_error};
use crate::loaded::LoadedKey;
use crate::model::key::{Key, KeyOrigin};
use crate::model::rotation::{AutomaticRotation, DEFAULT_PERIOD_DAYS, MAX_PERIOD_DAYS, MIN_PERIOD_DAYS};
use crate::model::state::{KeyState, OperationClass};
use crate::ops::switch::refuse_managed;
use crate::resolve::Forms;
use crate::store::KEYS;
use crate::timers;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

pub(crate) async fn enable_key_rotation(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::EnableKeyRotationRequest,
) -> Result<Empty, Failure> {
    let period_days = input
        .rotation_period_in_days
        .map_or(DEFAULT_PERIOD_DAYS, i64::from);
    if !(MIN_PERIOD_DAYS..=MAX_PERIOD_DAYS).contains(&period_days) {
        let message =
            format!("RotationPeriodInDays must be between {MIN_PERIOD_DAYS} and {MAX_PERIOD_DAYS} days.");
        return Err(error::validation(message).into());
    }
    let wish = Wish::new("EnableKeyRotation").condition("kms:rotationperiodindays", period_days.to_string());
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    let next_ms = call.time.as_millis() + period_days * DAY_MS;
    let automatic = AutomaticRotation { period_days, next_ms };
    set_automatic(&kms, &call, &loaded, Some(automatic)).await
}

pub(crate) async fn disable_key_rotation(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DisableKeyRotationRequest,
) -> Result<Empty, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("DisableKeyRotation"))
        .await?;
    set_automatic(&kms, &call, &loaded, None).await
}

pub(crate) async fn get_key_rotation_status(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GetKeyRotationStatusRequest,
) -> Result<api::GetKeyRotationStatusResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .key_for(&call, &key_id, Forms::KeysOnly, Wish::new("GetKeyRotationStatus"))
        .await?;
    loaded.require_state(OperationClass::RotationStatus)?;
    let key = &loaded.key;
    // A key that waits for its end is not rotated; what was set comes back if the deletion is cancelled.
    let doomed = matches!(
        key.state,
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion
    );
    let automatic = key.rotation.automatic.filter(|_| !doomed);
    Ok(api::GetKeyRotationStatusResponse {
        key_id: Some(loaded.arn.clone()),
        key_rotation_enabled: Some(automatic.is_some()),
        rotation_period_in_days: automatic.and_then(|a| i32::try_from(a.period_days).ok()),
        next_rotation_date: automatic.map(|a| Timestamp::from_millis(a.next_ms)),
        on_demand_rotation_start_date: key.rotation.on_demand_started_ms.map(Timestamp::from_millis),
    })
}

/// Refuses what can't be rotated by the calendar.
fn require_automatic(loaded: &LoadedKey) -> Result<(), Failure> {
    require_rotatable(&loaded.key)?;
    if loaded.key.origin != KeyOrigin::AwsKms {
        return Err(of_origin(&loaded.key));
    }
    Ok(())
}

/// Refuses keys whose material never changes, and replicas, which follow their primary.
pub(crate) fn require_rotatable(key: &Key) -> Result<(), Failure> {
    if key.spec != KeySpec::Symmetric {
        // AWS was recorded giving no reason.
        return Err(ErrorCode::UnsupportedOperationException.with("").into());
    }
    if matches!(key.origin, KeyOrigin::CloudHsm | KeyOrigin::ExternalKeyStore) {
        return Err(of_origin(key));
    }
    if key.is_replica() {
        let message = format!(
            "{} is a multi-Region replica key. Rotation is managed at its primary key.",
            key.arn()
        );
        return Err(ErrorCode::UnsupportedOperationException.with(message).into());
    }
    Ok(())
}

fn of_origin(key: &Key) -> Failure {
    let (arn, origin) = (key.arn(), key.origin.name());
    ErrorCode::UnsupportedOperationException
        .with(format!(
            "{arn} origin is {origin} which is not valid for this operation."
        ))
        .into()
}

/// Sets the schedule at the key and at its replicas.
async fn set_automatic(
    kms: &Kms,
    call: &Call,
    loaded: &Authorized<Arc<LoadedKey>>,
    automatic: Option<AutomaticRotation>,
) -> Result<Empty, Failure> {
    refuse_managed(loaded)?;
    loaded.require_state(OperationClass::Rotation)?;
    require_automatic(loaded)?;
    let scope = loaded.key.region.scope(&loaded.key.account);
    let (scope, arn, id) = (&scope, &loaded.arn, loaded.key.id.as_str());
    kms.platform
        .write(call, |txn| async move {
            let Some(record) = txn.get(&KEYS, scope, id).await? else {
                return Err(error::key_not_found(arn).into());
            };
            if let Some(error) = state_error(arn, record.state, OperationClass::Rotation) {
                return Err(error.into());
            }
            // The primary may have moved meanwhile.
            require_rotatable(&record)?;
            let mut key = record.as_ref().clone();
            key.rotation.automatic = automatic;
            txn.put(&KEYS, scope, id, &key).await?;
            timers::follow(&txn, &key).await?;
            kms.synchronize(&txn, &key).await?;
            Ok(Empty::default())
        })
        .await
}
