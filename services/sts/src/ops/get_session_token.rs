//! GetSessionToken: a second, temporary key for a user or a root user.
//!
//! Needs no permission, but a policy can deny it. 900 seconds to 36 hours, 12 by default; root users get an hour at
//! most. With a code of an MFA device the session counts as proved by it. Sessions of roles and federated users may not ask. Follows the STS API reference, "GetSessionToken".

use std::sync::Arc;

use haechi_api_sts as api;
use haechi_core::{Call, Failure, Principal, Session};
use haechi_wire::ApiError;

use crate::Sts;
use crate::session_input::session;

/// Twelve hours.
const DEFAULT_SECONDS: i64 = 43_200;
/// What root users get at most.
const ROOT_SECONDS: i64 = 3_600;

pub(crate) async fn get_session_token(
    sts: Arc<Sts>,
    call: Arc<Call>,
    input: api::GetSessionTokenRequest,
) -> Result<api::GetSessionTokenResponse, Failure> {
    let principal = &call.caller.principal;
    let temporary = call.caller.session.is_some();
    if temporary || !matches!(principal, Principal::Root { .. } | Principal::User { .. }) {
        let text = "Cannot call GetSessionToken with session credentials";
        return Err(ApiError::new("AccessDenied", 403, text).into());
    }
    let (serial, code) = (input.serial_number.as_deref(), input.token_code.as_deref());
    let mfa = sts.proved_now(&call, serial, code).await?;
    let asked = input.duration_seconds.map_or(DEFAULT_SECONDS, i64::from);
    let seconds = if matches!(principal, Principal::Root { .. }) {
        asked.min(ROOT_SECONDS)
    } else {
        asked
    };
    let session = Session {
        session_token: true,
        mfa,
        ..session(&call, seconds)
    };
    let credentials = sts.issue(&call.account, principal, &session).await?;
    Ok(api::GetSessionTokenResponse {
        credentials: Some(credentials),
        ..Default::default()
    })
}
