//! GetAccount: the account's limits in the Region.

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};

use crate::ApiGateway;
use crate::tags::Tags;

/// The throttle that every account starts with (API Gateway quotas, "account-level quotas, per Region").
const BURST: i32 = 5_000;
const RATE: f64 = 10_000.0;

pub(crate) async fn account(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    _input: api::GetAccountRequest,
) -> Result<api::Account, Failure> {
    gateway.authorize(&call, &Tags::new(), None, ()).await?;
    Ok(api::Account {
        cloudwatch_role_arn: None,
        throttle_settings: Some(api::ThrottleSettings {
            burst_limit: Some(BURST),
            rate_limit: Some(RATE),
        }),
        features: Some(vec!["UsagePlans".to_owned()]),
        api_key_version: Some("4".to_owned()),
    })
}
