//! EnableKey, DisableKey, UpdateKeyDescription.

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Authorized, Call, Failure};
use haechi_wire::Empty;

use crate::Kms;
use crate::authz::Wish;
use crate::error::state_error;
use crate::loaded::LoadedKey;
use crate::model::state::{KeyState, OperationClass};

pub(crate) async fn enable_key(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::EnableKeyRequest,
) -> Result<Empty, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, Wish::new("EnableKey")).await?;
    set_state(&kms, &call, &loaded, KeyState::Enabled).await
}

pub(crate) async fn disable_key(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DisableKeyRequest,
) -> Result<Empty, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, Wish::new("DisableKey")).await?;
    set_state(&kms, &call, &loaded, KeyState::Disabled).await
}

pub(crate) async fn update_key_description(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::UpdateKeyDescriptionRequest,
) -> Result<Empty, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("UpdateKeyDescription"))
        .await?;
    refuse_managed(&loaded)?;
    let description = input.description.unwrap_or_default();
    kms.change(&call, &loaded, |key| {
        if let Some(error) = state_error(&loaded.arn, key.state, OperationClass::Label) {
            return Err(error.into());
        }
        key.description.clone_from(&description);
        Ok(Empty::default())
    })
    .await
}

/// Nobody but AWS changes an AWS managed key.
pub(crate) fn refuse_managed(loaded: &LoadedKey) -> Result<(), Failure> {
    if loaded.key.is_aws_managed() {
        let text = format!("{} is an AWS managed key and cannot be changed.", loaded.arn);
        return Err(ErrorCode::UnsupportedOperationException.with(text).into());
    }
    Ok(())
}

async fn set_state(
    kms: &Kms,
    call: &Call,
    loaded: &Authorized<Arc<LoadedKey>>,
    state: KeyState,
) -> Result<Empty, Failure> {
    refuse_managed(loaded)?;
    kms.change(call, loaded, |key| {
        if let Some(error) = state_error(&loaded.arn, key.state, OperationClass::Switch) {
            return Err(error.into());
        }
        key.state = state;
        Ok(Empty::default())
    })
    .await
}
