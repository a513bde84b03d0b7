//! CreateUserPoolClient, DescribeUserPoolClient, ListUserPoolClients, UpdateUserPoolClient, DeleteUserPoolClient.
//!
//! An update sets what it does not name to its default; the secret stays.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_cognito_idp as api;
use haechi_core::{Call, Failure};
use haechi_wire::{Empty, Stored};

use crate::access::{current, current_client};
use crate::model::client::{Client, complete};
use crate::paging::page;
use crate::store::CLIENTS;
use crate::{UserPools, error, identifiers};

/// The settings of a client, which two structures of the API have under the same names.
macro_rules! settings {
    ($input:expr) => {
        api::UserPoolClientType {
            client_name: $input.client_name,
            refresh_token_validity: $input.refresh_token_validity,
            access_token_validity: $input.access_token_validity,
            id_token_validity: $input.id_token_validity,
            token_validity_units: $input.token_validity_units,
            read_attributes: $input.read_attributes,
            write_attributes: $input.write_attributes,
            explicit_auth_flows: $input.explicit_auth_flows,
            supported_identity_providers: $input.supported_identity_providers,
            callback_ur_ls: $input.callback_ur_ls,
            logout_ur_ls: $input.logout_ur_ls,
            default_redirect_uri: $input.default_redirect_uri,
            allowed_o_auth_flows: $input.allowed_o_auth_flows,
            allowed_o_auth_scopes: $input.allowed_o_auth_scopes,
            allowed_o_auth_flows_user_pool_client: $input.allowed_o_auth_flows_user_pool_client,
            analytics_configuration: $input.analytics_configuration,
            prevent_user_existence_errors: $input.prevent_user_existence_errors,
            enable_token_revocation: $input.enable_token_revocation,
            enable_propagate_additional_user_context_data: $input
                .enable_propagate_additional_user_context_data,
            auth_session_validity: $input.auth_session_validity,
            refresh_token_rotation: $input.refresh_token_rotation,
            ..api::UserPoolClientType::default()
        }
    };
}

pub(crate) async fn create_user_pool_client(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::CreateUserPoolClientRequest,
) -> Result<api::CreateUserPoolClientResponse, Failure> {
    let pool = input.user_pool_id.clone().unwrap_or_default();
    pools.open(&call, &pool).await?;
    let id = identifiers::client(&*pools.platform.random);
    let generated = || identifiers::client_secret(&*pools.platform.random);
    let secret = match (&input.client_secret, input.generate_secret) {
        (Some(_), Some(true)) => {
            return Err(error::invalid_parameter(
                "GenerateSecret and ClientSecret exclude each other.",
            ));
        }
        (Some(given), _) => Some(given.clone()),
        (None, Some(true)) => Some(generated()),
        (None, _) => None,
    };
    let sealed = match &secret {
        Some(secret) => Some(pools.seal_secret(&call, &pool, &id, secret).await?),
        None => None,
    };
    let mut shown = settings!(input);
    shown.user_pool_id = Some(pool.clone());
    shown.client_id = Some(id.clone());
    shown.creation_date = Some(call.time);
    shown.last_modified_date = Some(call.time);
    complete(&mut shown)?;
    let client = &Client {
        id,
        pool,
        shown: Stored(shown),
        secret: sealed,
    };
    let (call, secret) = (&call, &secret);
    call.audit_response(
        serde_json::json!({ "userPoolClient": { "clientId": client.id, "userPoolId": client.pool } }),
    );
    pools
        .platform
        .write(call, |txn| async move {
            current(&txn, call, &client.pool).await?;
            txn.put(&CLIENTS, &call.scope(), (&client.pool, &client.id), client)
                .await?;
            Ok(api::CreateUserPoolClientResponse {
                user_pool_client: Some(api::UserPoolClientType {
                    client_secret: secret.clone(),
                    ..client.shown.0.clone()
                }),
            })
        })
        .await
}

pub(crate) async fn describe_user_pool_client(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::DescribeUserPoolClientRequest,
) -> Result<api::DescribeUserPoolClientResponse, Failure> {
    let (pool, id) = (
        input.user_pool_id.unwrap_or_default(),
        input.client_id.unwrap_or_default(),
    );
    pools.open(&call, &pool).await?;
    let found = pools
        .platform
        .store
        .get(&CLIENTS, &call.scope(), (&pool, &id))
        .await?;
    let client = found.ok_or_else(|| error::no_such_client(&id))?;
    let client_secret = match &client.secret {
        Some(sealed) => Some(pools.open_secret(&call, &pool, &id, sealed).await?),
        None => None,
    };
    Ok(api::DescribeUserPoolClientResponse {
        user_pool_client: Some(api::UserPoolClientType {
            client_secret,
            ..client.shown.0.clone()
        }),
    })
}

pub(crate) async fn list_user_pool_clients(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::ListUserPoolClientsRequest,
) -> Result<api::ListUserPoolClientsResponse, Failure> {
    let pool = input.user_pool_id.unwrap_or_default();
    pools.open(&call, &pool).await?;
    let store = &pools.platform.store;
    let all = store
        .list_under(&CLIENTS, &call.scope(), &pool, None, ALL)
        .await?;
    let all = all.into_iter().map(|(_, client)| client);
    let token = input.next_token.as_deref();
    let (items, next_token) = page(all, |client| client.id.clone(), token, input.max_results)?;
    let described = |client: &Client| api::UserPoolClientDescription {
        client_id: Some(client.id.clone()),
        user_pool_id: Some(client.pool.clone()),
        client_name: client.shown.client_name.clone(),
    };
    Ok(api::ListUserPoolClientsResponse {
        user_pool_clients: Some(items.iter().map(|client| described(client)).collect()),
        next_token,
    })
}

pub(crate) async fn update_user_pool_client(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::UpdateUserPoolClientRequest,
) -> Result<api::UpdateUserPoolClientResponse, Failure> {
    let pool = &input.user_pool_id.clone().unwrap_or_default();
    let id = &input.client_id.clone().unwrap_or_default();
    pools.open(&call, pool).await?;
    let store = &pools.platform.store;
    let found = store.get(&CLIENTS, &call.scope(), (pool, id)).await?;
    let secret = &match found.as_ref().and_then(|client| client.secret.as_ref()) {
        Some(sealed) => Some(pools.open_secret(&call, pool, id, sealed).await?),
        None => None,
    };
    let mut wanted = settings!(input);
    complete(&mut wanted)?;
    let (call, wanted) = (&call, &wanted);
    call.audit_response(serde_json::json!({ "userPoolClient": { "clientId": id, "userPoolId": pool } }));
    pools
        .platform
        .write(call, |txn| async move {
            let mut client = current_client(&txn, call, pool, id).await?;
            let before = client.shown.0;
            client.shown = Stored(api::UserPoolClientType {
                user_pool_id: before.user_pool_id,
                client_id: before.client_id,
                creation_date: before.creation_date,
                last_modified_date: Some(call.time),
                client_name: wanted.client_name.clone().or(before.client_name),
                ..wanted.clone()
            });
            txn.put(&CLIENTS, &call.scope(), (pool, id), &client).await?;
            Ok(api::UpdateUserPoolClientResponse {
                user_pool_client: Some(api::UserPoolClientType {
                    client_secret: secret.clone(),
                    ..client.shown.0
                }),
            })
        })
        .await
}

pub(crate) async fn delete_user_pool_client(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::DeleteUserPoolClientRequest,
) -> Result<Empty, Failure> {
    let (pool, id) = (
        &input.user_pool_id.unwrap_or_default(),
        &input.client_id.unwrap_or_default(),
    );
    pools.open(&call, pool).await?;
    let call = &call;
    pools
        .platform
        .write(call, |txn| async move {
            current_client(&txn, call, pool, id).await?;
            txn.delete(&CLIENTS, &call.scope(), (pool, id)).await?;
            Ok(Empty::default())
        })
        .await
}
