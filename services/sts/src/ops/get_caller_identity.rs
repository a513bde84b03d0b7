//! GetCallerIdentity: who am I. Needs no permission, and no policy can take it away.

use std::sync::Arc;

use haechi_api_sts as api;
use haechi_core::{Call, Failure};

use crate::Sts;

pub(crate) async fn get_caller_identity(
    _sts: Arc<Sts>,
    call: Arc<Call>,
    _input: api::GetCallerIdentityRequest,
) -> Result<api::GetCallerIdentityResponse, Failure> {
    Ok(api::GetCallerIdentityResponse {
        user_id: Some(call.caller.principal.user_id()),
        account: Some(call.account.to_string()),
        arn: Some(call.caller_arn()),
    })
}
