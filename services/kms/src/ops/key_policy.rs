//! GetKeyPolicy, ListKeyPolicies, PutKeyPolicy. The one policy of a key is called `default`.
//!
//! They work in every state. PutKeyPolicy checks the document's form, that its principals exist, and that the caller
//! does not lock itself out. Follows the KMS API reference, "PutKeyPolicy".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::Kms;
use crate::authz::Wish;
use crate::policy_text;

/// The name of every key policy.
const NAME: &str = "default";

pub(crate) async fn get_key_policy(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::GetKeyPolicyRequest,
) -> Result<api::GetKeyPolicyResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let loaded = kms.own_key_for(&call, &key_id, Wish::new("GetKeyPolicy")).await?;
    require_default(input.policy_name.as_deref())?;
    Ok(api::GetKeyPolicyResponse {
        policy: Some(policy_text::print(&kms.current_policy_text(&loaded.key).await?)),
        policy_name: Some(NAME.to_owned()),
    })
}

pub(crate) async fn list_key_policies(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ListKeyPoliciesRequest,
) -> Result<api::ListKeyPoliciesResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    kms.own_key_for(&call, &key_id, Wish::new("ListKeyPolicies"))
        .await?;
    Ok(api::ListKeyPoliciesResponse {
        policy_names: Some(vec![NAME.to_owned()]),
        next_marker: None,
        truncated: Some(false),
    })
}

pub(crate) async fn put_key_policy(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::PutKeyPolicyRequest,
) -> Result<Empty, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    let bypass = input.bypass_policy_lockout_safety_check.unwrap_or(false);
    let wish = Wish::new("PutKeyPolicy").condition(
        "kms:bypasspolicylockoutsafetycheck",
        if bypass { "true" } else { "false" },
    );
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    require_default(input.policy_name.as_deref())?;
    let policy = input.policy.unwrap_or_default();
    let principals = kms.check_policy(&call, &policy, &loaded.arn, bypass).await?;
    kms.change(&call, &loaded, |key| {
        key.policy.clone_from(&policy);
        key.principals.clone_from(&principals);
        Ok(Empty::default())
    })
    .await
}

fn require_default(name: Option<&str>) -> Result<(), Failure> {
    match name {
        None | Some(NAME) => Ok(()),
        Some(_) => Err(ErrorCode::NotFoundException.with("No such policy exists").into()),
    }
}
