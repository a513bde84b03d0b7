//! CreateApiKey, ListApiKeys, UpdateApiKey, DeleteApiKey.
//!
//! A key lives between a day and a year, seven days where nothing is said, and expires on the hour. Follows the
//! AppSync API reference, "CreateApiKey".

use std::sync::Arc;

use haechi_api_appsync as api;
use haechi_api_appsync::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_keyring::{Binding, Sealed};

use crate::model::{Api, ApiKey};
use crate::paging::page;
use crate::{AppSync, error, identifiers};

const MAX_KEYS: usize = 50;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

pub(crate) async fn create_api_key(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::CreateApiKeyRequest,
) -> Result<api::CreateApiKeyResponse, Failure> {
    let api_id = input.api_id.unwrap_or_default();
    appsync.open(&call, &api_id, "").await?;
    let expires = expiry(&call, input.expires)?;
    let id = identifiers::api_key(&*appsync.platform.random);
    let secret = appsync
        .keyring
        .seal(&call.account, &call.region, &binding(&api_id), id.as_bytes())
        .await
        .map_err(Failure::internal)?;
    let key = ApiKey {
        secret,
        description: input.description,
        expires,
    };
    call.audit_response(serde_json::json!({ "apiKey": { "expires": expires } }));
    appsync
        .change(&call, &api_id, |api| {
            if api.keys.len() >= MAX_KEYS {
                let message = "The maximum number of API keys has been reached.";
                return Err(ErrorCode::ApiKeyLimitExceededException.with(message).into());
            }
            api.keys.push(key.clone());
            Ok(api::CreateApiKeyResponse {
                api_key: Some(key.shown(&id)),
            })
        })
        .await
}

pub(crate) async fn list_api_keys(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::ListApiKeysRequest,
) -> Result<api::ListApiKeysResponse, Failure> {
    let api_id = input.api_id.unwrap_or_default();
    let api = appsync.open(&call, &api_id, "").await?;
    let now = call.time.as_seconds();
    let mut keys = Vec::with_capacity(api.keys.len());
    for key in api.keys.iter().filter(|key| key.is_kept(now)) {
        keys.push(key.shown(&appsync.open_key(&call, &api_id, &key.secret).await?));
    }
    keys.sort_by(|one, other| one.id.cmp(&other.id));
    let name = |key: &api::ApiKey| key.id.clone().unwrap_or_default();
    let (keys, next_token) = page(keys, name, input.next_token.as_deref(), input.max_results)?;
    Ok(api::ListApiKeysResponse {
        api_keys: Some(keys),
        next_token,
    })
}

pub(crate) async fn update_api_key(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::UpdateApiKeyRequest,
) -> Result<api::UpdateApiKeyResponse, Failure> {
    let (api_id, id) = (input.api_id.unwrap_or_default(), input.id.unwrap_or_default());
    let api = appsync.open(&call, &api_id, "").await?;
    let meant = appsync.find_key(&call, &api, &id).await?;
    let expires = input
        .expires
        .map(|wanted| expiry(&call, Some(wanted)))
        .transpose()?;
    call.audit_response(serde_json::Value::Null);
    appsync
        .change(&call, &api_id, |api| {
            let key = api.keys.iter_mut().find(|key| key.secret == meant);
            let key = key.ok_or_else(|| error::no_such_key(&id))?;
            key.expires = expires.unwrap_or(key.expires);
            if input.description.is_some() {
                key.description.clone_from(&input.description);
            }
            Ok(api::UpdateApiKeyResponse {
                api_key: Some(key.shown(&id)),
            })
        })
        .await
}

pub(crate) async fn delete_api_key(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::DeleteApiKeyRequest,
) -> Result<api::DeleteApiKeyResponse, Failure> {
    let (api_id, id) = (input.api_id.unwrap_or_default(), input.id.unwrap_or_default());
    let api = appsync.open(&call, &api_id, "").await?;
    let meant = appsync.find_key(&call, &api, &id).await?;
    appsync
        .change(&call, &api_id, |api| {
            let before = api.keys.len();
            api.keys.retain(|key| key.secret != meant);
            if api.keys.len() == before {
                return Err(error::no_such_key(&id));
            }
            Ok(api::DeleteApiKeyResponse::default())
        })
        .await
}

impl AppSync {
    /// The sealed form of a key that a request names by itself.
    async fn find_key(&self, call: &Call, api: &Api, id: &str) -> Result<Sealed, Failure> {
        for key in &api.keys {
            if self.open_key(call, &api.id, &key.secret).await? == id {
                return Ok(key.secret.clone());
            }
        }
        Err(error::no_such_key(id))
    }

    async fn open_key(&self, call: &Call, api: &str, secret: &Sealed) -> Result<String, Failure> {
        let opened = self
            .keyring
            .open(&call.account, &call.region, &binding(api), secret)
            .await
            .map_err(Failure::internal)?;
        String::from_utf8(opened.expose().to_vec()).map_err(Failure::internal)
    }
}

/// What a sealed key is bound to.
pub(crate) fn binding(api: &str) -> Binding {
    Binding::new("appsync/api-key").with(api)
}

/// When a key ends, on the hour.
fn expiry(call: &Call, wanted: Option<i64>) -> Result<i64, Failure> {
    let now = call.time.as_seconds();
    let expires = wanted.unwrap_or(now + 7 * DAY).div_euclid(HOUR) * HOUR;
    if (now + DAY - HOUR..=now + 365 * DAY + HOUR).contains(&expires) {
        Ok(expires)
    } else {
        let message = "API key must be valid for a minimum of 1 days.";
        Err(ErrorCode::ApiKeyValidityOutOfBoundsException.with(message).into())
    }
}
