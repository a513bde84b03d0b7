//! GetAccessKeyInfo: the account of an access key, by its id.
//!
//! The account is read from the id's text, as AWS does: the key may be a temporary one, or deleted long ago. Ids that
//! hold none are looked up.

use std::sync::Arc;

use haechi_api_sts as api;
use haechi_core::{Ask, Call, Failure, access_key_id};
use haechi_wire::ApiError;

use crate::Sts;

pub(crate) async fn get_access_key_info(
    sts: Arc<Sts>,
    call: Arc<Call>,
    input: api::GetAccessKeyInfoRequest,
) -> Result<api::GetAccessKeyInfoResponse, Failure> {
    let ask = Ask::new("sts:GetAccessKeyInfo", "*", &call.account);
    sts.platform.gate.authorize(&call, ask, ()).await?;
    let id = input.access_key_id.unwrap_or_default();
    let found = match sts.roles.access_key_account(&id).await? {
        None => access_key_id::account(&id),
        known => known,
    };
    match found {
        Some(account) => Ok(api::GetAccessKeyInfoResponse {
            account: Some(account.to_string()),
        }),
        None => Err(ApiError::new("ValidationError", 400, "Invalid Access Key Id").into()),
    }
}
