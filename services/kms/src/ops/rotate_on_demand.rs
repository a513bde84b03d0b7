//! RotateKeyOnDemand: new material now, whatever the schedule says, at most 25 times in a key's life.
//!
//! A key with imported material takes the material that was imported for it and waits. Order of errors: NotFound,
//! AccessDenied, UnsupportedOperation (AWS managed), Disabled/InvalidState, UnsupportedOperation (kind of key, replica),
//! LimitExceeded, InvalidState (nothing waits). Follows the KMS API reference, "RotateKeyOnDemand".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure};

use crate::authz::Wish;
use crate::error::{self, invalid_state, state_error};
use crate::model::key::KeyOrigin;
use crate::model::material::RotationType;
use crate::model::rotation::MAX_ON_DEMAND;
use crate::model::state::OperationClass;
use crate::ops::rotation::require_rotatable;
use crate::ops::switch::refuse_managed;
use crate::rotation::Next;
use crate::store::KEYS;
use crate::{Kms, timers};

pub(crate) async fn rotate_key_on_demand(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::RotateKeyOnDemandRequest,
) -> Result<api::RotateKeyOnDemandResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("RotateKeyOnDemand"))
        .await?;
    refuse_managed(&loaded)?;
    loaded.require_state(OperationClass::RotateOnDemand)?;
    require_rotatable(&loaded.key)?;
    let fresh = Kms::fresh_symmetric_material()?;
    let scope = loaded.key.region.scope(&loaded.key.account);
    let (kms, scope, arn, id, fresh) = (&kms, &scope, &loaded.arn, loaded.key.id.as_str(), &fresh);
    let now = call.time.as_millis();
    kms.platform
        .write(&call, |txn| async move {
            let Some(record) = txn.get(&KEYS, scope, id).await? else {
                return Err(error::key_not_found(arn).into());
            };
            if let Some(error) = state_error(arn, record.state, OperationClass::RotateOnDemand) {
                return Err(error.into());
            }
            require_rotatable(&record)?;
            if record.rotation.on_demand >= MAX_ON_DEMAND {
                return Err(limit_exceeded(arn));
            }
            let mut key = record.as_ref().clone();
            let next = match key.origin {
                KeyOrigin::External => Next::Imported,
                _ => Next::Generated(fresh),
            };
            if !kms
                .rotate(&txn, &mut key, next, RotationType::OnDemand, now)
                .await?
            {
                let message = format!("No available key material pending rotation for the key: {arn}.");
                return Err(invalid_state(message).into());
            }
            key.rotation.on_demand += 1;
            txn.put(&KEYS, scope, id, &key).await?;
            timers::follow(&txn, &key).await?;
            kms.synchronize(&txn, &key).await?;
            Ok(api::RotateKeyOnDemandResponse {
                key_id: Some(arn.clone()),
            })
        })
        .await
}

fn limit_exceeded(arn: &str) -> Failure {
    let message = format!(
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be \
         performed for this key: {arn}"
    );
    ErrorCode::LimitExceededException.with(message).into()
}
