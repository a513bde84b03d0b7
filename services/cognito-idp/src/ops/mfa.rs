//! GetUserPoolMfaConfig, SetUserPoolMfaConfig.

use std::sync::Arc;

use haechi_api_cognito_idp as api;
use haechi_core::{Call, Failure};
use haechi_wire::Stored;

use crate::{UserPools, error};

pub(crate) async fn user_pool_mfa_config(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::GetUserPoolMfaConfigRequest,
) -> Result<api::GetUserPoolMfaConfigResponse, Failure> {
    let pool = pools.open(&call, &input.user_pool_id.unwrap_or_default()).await?;
    Ok(pool.mfa.0.clone())
}

pub(crate) async fn set_user_pool_mfa_config(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::SetUserPoolMfaConfigRequest,
) -> Result<api::SetUserPoolMfaConfigResponse, Failure> {
    let id = input.user_pool_id.clone().unwrap_or_default();
    pools.open(&call, &id).await?;
    let wanted = input
        .mfa_configuration
        .clone()
        .unwrap_or(api::UserPoolMfaType::Off);
    let software = input.software_token_mfa_configuration.as_ref();
    let any_factor = software.is_some_and(|it| it.enabled == Some(true))
        || input.sms_mfa_configuration.is_some()
        || input.email_mfa_configuration.is_some()
        || input.web_authn_configuration.is_some();
    if wanted != api::UserPoolMfaType::Off && !any_factor {
        return Err(error::invalid_parameter(
            "Invalid MFA configuration given, can't turn on MFA without an MFA configuration.",
        ));
    }
    let (input, wanted) = (&input, &wanted);
    pools
        .change(&call, &id, |pool| {
            pool.shown.mfa_configuration = Some(wanted.clone());
            let sms = input.sms_mfa_configuration.as_ref();
            if let Some(configuration) = sms.and_then(|it| it.sms_configuration.clone()) {
                pool.shown.sms_configuration = Some(configuration);
            }
            pool.mfa = Stored(api::GetUserPoolMfaConfigResponse {
                sms_mfa_configuration: input.sms_mfa_configuration.clone(),
                software_token_mfa_configuration: input.software_token_mfa_configuration.clone(),
                email_mfa_configuration: input.email_mfa_configuration.clone(),
                mfa_configuration: Some(wanted.clone()),
                web_authn_configuration: input.web_authn_configuration.clone(),
            });
            Ok(api::SetUserPoolMfaConfigResponse {
                sms_mfa_configuration: input.sms_mfa_configuration.clone(),
                software_token_mfa_configuration: input.software_token_mfa_configuration.clone(),
                email_mfa_configuration: input.email_mfa_configuration.clone(),
                mfa_configuration: Some(wanted.clone()),
                web_authn_configuration: input.web_authn_configuration.clone(),
            })
        })
        .await
}
