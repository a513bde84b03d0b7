//! GetAccessKeyInfo: the account of an access key, by its id.
//!
//! AWS reads the account from the id's text, of temporary keys too; our ids hold nothing but chance, so that only
//! long-term keys are known here.

use std::sync::Arc;

use haechi_api_sts as api;
use haechi_core::{Ask, Call, Failure};
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
    match sts.roles.access_key_account(&id).await? {
        Some(account) => Ok(api::GetAccessKeyInfoResponse {
            account: Some(account.to_string()),
        }),
        None => Err(ApiError::new("ValidationError", 400, "Invalid Access Key Id").into()),
    }
}
