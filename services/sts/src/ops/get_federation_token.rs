//! GetFederationToken: a session for someone whom a user vouches for, within the user's own permissions.
//!
//! 900 seconds to 36 hours, 12 by default; root users get an hour at most. Temporary credentials may not ask.
//! Without session policies the session may do only what resource policies give it by name. Follows the STS API
//! reference, "GetFederationToken".

use std::sync::Arc;

use haechi_api_sts as api;
use haechi_core::{Ask, Call, Failure, Principal, Session};
use haechi_policy::Context;
use haechi_wire::ApiError;

use crate::Sts;
use crate::session_input::{describe_tags, packed_size, policies, session, tags};

const DEFAULT_SECONDS: i64 = 43_200;
const ROOT_SECONDS: i64 = 3_600;

pub(crate) async fn get_federation_token(
    sts: Arc<Sts>,
    call: Arc<Call>,
    input: api::GetFederationTokenRequest,
) -> Result<api::GetFederationTokenResponse, Failure> {
    let issuer = &call.caller.principal;
    let temporary = call.caller.session.is_some();
    if temporary || !matches!(issuer, Principal::Root { .. } | Principal::User { .. }) {
        let text = "Cannot call GetFederationToken with session credentials";
        return Err(ApiError::new("AccessDenied", 403, text).into());
    }
    let name = input.name.unwrap_or_default();
    let (inline, arns) = policies(input.policy, input.policy_arns)?;
    let tags = tags(input.tags)?;
    let principal = Principal::FederatedUser {
        account: call.account.clone(),
        name,
        issuer: Box::new(issuer.clone()),
    };
    let arn = principal.arn(call.partition());
    let mut context = Context::new();
    describe_tags(&tags, &mut context);
    let ask = Ask::new("sts:GetFederationToken", &arn, &call.account).with_context(context.clone());
    sts.platform.gate.authorize(&call, ask, ()).await?;
    if !tags.is_empty() {
        let ask = Ask::new("sts:TagSession", &arn, &call.account).with_context(context);
        sts.platform.gate.authorize(&call, ask, ()).await?;
    }
    let asked = input.duration_seconds.map_or(DEFAULT_SECONDS, i64::from);
    let seconds = if matches!(issuer, Principal::Root { .. }) {
        asked.min(ROOT_SECONDS)
    } else {
        asked
    };
    let session = Session {
        policies: inline,
        policy_arns: arns,
        tags,
        ..session(&call, seconds)
    };
    let credentials = sts.issue(&call.account, &principal, &session).await?;
    Ok(api::GetFederationTokenResponse {
        credentials: Some(credentials),
        federated_user: Some(api::FederatedUser {
            federated_user_id: Some(principal.user_id()),
            arn: Some(arn),
        }),
        // It stands there even where nothing is packed (recorded in 2024).
        packed_policy_size: packed_size(&session).or(Some(0)),
        ..Default::default()
    })
}
