//! CreateUserPool, DescribeUserPool, ListUserPools, UpdateUserPool, DeleteUserPool.
//!
//! An update sets what it does not name to its default, as Cognito does. A pool with a domain, or one that is
//! protected, can't be deleted. Follows the Cognito API reference, "CreateUserPool" and "UpdateUserPool".

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_cognito_idp as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::{associations, touch};
use haechi_policy::Context;
use haechi_wire::{Empty, Stored};

use crate::access::current;
use crate::model::attributes;
use crate::model::pool::{Pool, arn, complete};
use crate::paging::page;
use crate::store::{CLIENTS, POOLS};
use crate::{UserPools, error, identifiers, tags};

pub(crate) async fn create_user_pool(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::CreateUserPoolRequest,
) -> Result<api::CreateUserPoolResponse, Failure> {
    let tags = tags::from_request(input.user_pool_tags)?;
    let id = identifiers::pool(&*pools.platform.random, &call.region);
    pools
        .platform
        .gate
        .authorize_own(&call, "*", tags::context(&tags, &[], None), ())
        .await?;
    if input.alias_attributes.is_some() && input.username_attributes.is_some() {
        return Err(error::invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
        ));
    }
    let mut shown = api::UserPoolType {
        id: Some(id.clone()),
        arn: Some(arn(call.partition(), &call.region, &call.account, &id)),
        name: input.pool_name,
        policies: input.policies,
        deletion_protection: input.deletion_protection,
        lambda_config: input.lambda_config,
        last_modified_date: Some(call.time),
        creation_date: Some(call.time),
        schema_attributes: Some(attributes::all(input.schema.unwrap_or_default())?),
        auto_verified_attributes: input.auto_verified_attributes,
        alias_attributes: input.alias_attributes,
        username_attributes: input.username_attributes,
        sms_verification_message: input.sms_verification_message,
        email_verification_message: input.email_verification_message,
        email_verification_subject: input.email_verification_subject,
        verification_message_template: input.verification_message_template,
        sms_authentication_message: input.sms_authentication_message,
        user_attribute_update_settings: input.user_attribute_update_settings,
        mfa_configuration: input.mfa_configuration,
        device_configuration: input.device_configuration,
        email_configuration: input.email_configuration,
        sms_configuration: input.sms_configuration,
        user_pool_tags: Some(tags),
        admin_create_user_config: input.admin_create_user_config,
        user_pool_add_ons: input.user_pool_add_ons,
        dcr_configuration: input.dcr_configuration,
        username_configuration: input.username_configuration,
        account_recovery_setting: input.account_recovery_setting,
        user_pool_tier: input.user_pool_tier,
        key_configuration: input.key_configuration,
        issuer_configuration: input.issuer_configuration,
        acr_configuration: input.acr_configuration,
        ..Default::default()
    };
    complete(&mut shown);
    let keys = pools.signing_keys(&call, &id).await?;
    let pool = &Pool {
        mfa: Stored(api::GetUserPoolMfaConfigResponse {
            mfa_configuration: shown.mfa_configuration.clone(),
            ..Default::default()
        }),
        shown: Stored(shown),
        id,
        keys,
        domain: None,
        custom_domain: None,
    };
    let call = &call;
    pools
        .platform
        .write(call, |txn| async move {
            txn.put(&POOLS, &call.scope(), &pool.id, pool).await?;
            touch(&txn).await?;
            Ok(api::CreateUserPoolResponse {
                user_pool: Some(pool.answer()),
            })
        })
        .await
}

pub(crate) async fn describe_user_pool(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::DescribeUserPoolRequest,
) -> Result<api::DescribeUserPoolResponse, Failure> {
    let pool = pools.open(&call, &input.user_pool_id.unwrap_or_default()).await?;
    Ok(api::DescribeUserPoolResponse {
        user_pool: Some(pool.answer()),
    })
}

pub(crate) async fn list_user_pools(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::ListUserPoolsRequest,
) -> Result<api::ListUserPoolsResponse, Failure> {
    let gate = &pools.platform.gate;
    gate.authorize_own(&call, "*", Context::new(), ()).await?;
    let all = pools
        .platform
        .store
        .list(&POOLS, &call.scope(), None, ALL)
        .await?;
    let all = all.into_iter().map(|(_, pool)| pool);
    let token = input.next_token.as_deref();
    let (items, next_token) = page(all, |pool| pool.id.clone(), token, input.max_results)?;
    let described = |pool: &Pool| api::UserPoolDescriptionType {
        id: pool.shown.id.clone(),
        name: pool.shown.name.clone(),
        lambda_config: pool.shown.lambda_config.clone(),
        last_modified_date: pool.shown.last_modified_date,
        creation_date: pool.shown.creation_date,
        ..Default::default()
    };
    Ok(api::ListUserPoolsResponse {
        user_pools: Some(items.iter().map(|pool| described(pool)).collect()),
        next_token,
    })
}

pub(crate) async fn update_user_pool(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::UpdateUserPoolRequest,
) -> Result<api::UpdateUserPoolResponse, Failure> {
    let id = input.user_pool_id.clone().unwrap_or_default();
    let tags = input
        .user_pool_tags
        .clone()
        .map(|tags| tags::from_request(Some(tags)));
    let tags = tags.transpose()?;
    pools.open(&call, &id).await?;
    let (input, now) = (&input, call.time);
    pools
        .change(&call, &id, |pool| {
            update(&mut pool.shown.0, input.clone());
            pool.shown.last_modified_date = Some(now);
            if let Some(tags) = &tags {
                pool.shown.user_pool_tags = Some(tags.clone());
            }
            pool.mfa.mfa_configuration = pool.shown.mfa_configuration.clone();
            Ok(api::UpdateUserPoolResponse::default())
        })
        .await
}

fn update(shown: &mut api::UserPoolType, input: api::UpdateUserPoolRequest) {
    if let Some(name) = input.pool_name {
        shown.name = Some(name);
    }
    shown.policies = input.policies;
    shown.deletion_protection = input.deletion_protection;
    shown.lambda_config = input.lambda_config;
    shown.auto_verified_attributes = input.auto_verified_attributes;
    shown.sms_verification_message = input.sms_verification_message;
    shown.email_verification_message = input.email_verification_message;
    shown.email_verification_subject = input.email_verification_subject;
    shown.verification_message_template = input.verification_message_template;
    shown.sms_authentication_message = input.sms_authentication_message;
    shown.user_attribute_update_settings = input.user_attribute_update_settings;
    // The second step has an operation of its own: what that set is kept where this one says nothing.
    shown.mfa_configuration = input.mfa_configuration.or(shown.mfa_configuration.take());
    shown.device_configuration = input.device_configuration;
    shown.email_configuration = input.email_configuration;
    shown.sms_configuration = input.sms_configuration;
    shown.admin_create_user_config = input.admin_create_user_config;
    shown.user_pool_add_ons = input.user_pool_add_ons;
    shown.dcr_configuration = input.dcr_configuration;
    shown.account_recovery_setting = input.account_recovery_setting;
    shown.user_pool_tier = input.user_pool_tier.or(shown.user_pool_tier.take());
    shown.key_configuration = input.key_configuration.or(shown.key_configuration.take());
    shown.issuer_configuration = input.issuer_configuration.or(shown.issuer_configuration.take());
    shown.acr_configuration = input.acr_configuration;
    complete(shown);
}

pub(crate) async fn delete_user_pool(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::DeleteUserPoolRequest,
) -> Result<Empty, Failure> {
    let id = &input.user_pool_id.unwrap_or_default();
    pools.open(&call, id).await?;
    let call = &call;
    pools
        .platform
        .write(call, |txn| async move {
            let scope = call.scope();
            let pool = current(&txn, call, id).await?;
            if pool.is_protected() {
                return Err(error::invalid_parameter(
                    "The user pool cannot be deleted because deletion protection is activated. Deletion protection \
                     must be inactivated first.",
                ));
            }
            if pool.domain.is_some() || pool.custom_domain.is_some() {
                return Err(error::invalid_parameter(
                    "User pool cannot be deleted. It has a domain configured that should be deleted first.",
                ));
            }
            for (_, client) in txn.list_under(&CLIENTS, &scope, id, None, ALL).await? {
                txn.delete(&CLIENTS, &scope, (id, &client.id)).await?;
            }
            let arn = arn(call.partition(), &call.region, &call.account, id);
            associations::disassociate(&txn, &call.region, &arn).await?;
            txn.delete(&POOLS, &scope, id).await?;
            touch(&txn).await?;
            Ok(Empty::default())
        })
        .await
}
