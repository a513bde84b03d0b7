//! CreateAPIKey, ListAPIKeys, GetDecryptedAPIKey, DeleteAPIKey: keys that let client applications of some domains use
//! the Captcha API.
//!
//! A key is its own record, sealed under the account's domain key: whoever holds one learns nothing of it, and it
//! opens only in the account, Region and scope that it was made in. It is kept beside that, so that it can be listed
//! and deleted. Order of errors: scope, permission, domains or key, existence.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_keyring::{Binding, Sealed};
use haechi_store::Table;
use haechi_wire::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::web_scope::WebScope;
use crate::{Waf, error, paging};

/// Keys: `(scope, fingerprint)`.
const API_KEYS: Table<ApiKey> = Table::new("wafv2", "api-keys", 1);

/// Domains of one key (API reference, "CreateAPIKey").
const DOMAINS: usize = 5;
/// The form of keys of today.
const VERSION: i32 = 1;

/// A key as it is kept for lists.
#[derive(Clone, Serialize, Deserialize)]
struct ApiKey {
    key: String,
    domains: Vec<String>,
    created_ms: i64,
}

/// What is sealed in a key.
#[derive(Serialize, Deserialize)]
struct Secret {
    domains: Vec<String>,
    created_ms: i64,
}

fn binding(call: &Call, scope: WebScope) -> Binding {
    Binding::new("wafv2/api-key")
        .with(call.account.as_str())
        .with(call.region.as_str())
        .with(scope.as_str())
}

/// Under what a key is kept: it is too long to be an id itself.
fn fingerprint(key: &str) -> String {
    STANDARD.encode(Sha256::digest(key.as_bytes()))
}

pub(crate) async fn create_api_key(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::CreateAPIKeyRequest,
) -> Result<api::CreateAPIKeyResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let domains = input.token_domains.unwrap_or_default();
    if domains.len() > DOMAINS {
        return Err(error::limits_exceeded().into());
    }
    if let Some(bad) = domains.iter().find(|domain| !is_domain(domain)) {
        return Err(error::invalid("TOKEN_DOMAIN", bad, error::FORMAT).into());
    }
    let created_ms = call.time.as_millis();
    let secret = Secret {
        domains: domains.clone(),
        created_ms,
    };
    let secret = serde_json::to_vec(&secret).map_err(Failure::internal)?;
    let sealed = waf
        .keyring
        .seal(&call.account, &call.region, &binding(&call, scope), &secret)
        .await
        .map_err(Failure::internal)?;
    let record = &ApiKey {
        key: STANDARD.encode(sealed.as_bytes()),
        domains,
        created_ms,
    };
    let owner = &call.scope();
    waf.platform
        .write(&call, |txn| async move {
            let place = (scope.as_str(), fingerprint(&record.key));
            txn.put(&API_KEYS, owner, place, record).await?;
            Ok(api::CreateAPIKeyResponse {
                api_key: Some(record.key.clone()),
            })
        })
        .await
}

pub(crate) async fn list_api_keys(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListAPIKeysRequest,
) -> Result<api::ListAPIKeysResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let owner = call.scope();
    let after = input
        .next_marker
        .as_ref()
        .map(|marker| haechi_store::Id::of(&(scope.as_str(), marker.as_str())));
    let limit = paging::limit(input.limit);
    // One more than the page tells whether another follows.
    let mut found = waf
        .platform
        .store
        .list_under(&API_KEYS, &owner, scope.as_str(), after.as_ref(), limit + 1)
        .await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next_marker = found
        .last()
        .filter(|_| more)
        .map(|(_, last)| fingerprint(&last.key));
    let summaries = found.into_iter().map(|(_, key)| api::APIKeySummary {
        token_domains: Some(key.domains.clone()),
        api_key: Some(key.key.clone()),
        creation_timestamp: Some(Timestamp::from_millis(key.created_ms)),
        version: Some(VERSION),
    });
    Ok(api::ListAPIKeysResponse {
        next_marker,
        api_key_summaries: Some(summaries.collect()),
        application_integration_url: None,
    })
}

pub(crate) async fn get_decrypted_api_key(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetDecryptedAPIKeyRequest,
) -> Result<api::GetDecryptedAPIKeyResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let key = input.api_key.unwrap_or_default();
    let sealed = STANDARD
        .decode(&key)
        .ok()
        .and_then(|bytes| Sealed::from_bytes(bytes).ok());
    let sealed = sealed.ok_or_else(error::invalid_resource)?;
    let opened = waf
        .keyring
        .open(&call.account, &call.region, &binding(&call, scope), &sealed)
        .await
        .map_err(|_| error::invalid_resource())?;
    let secret: Secret = serde_json::from_slice(opened.expose()).map_err(Failure::internal)?;
    let owner = call.scope();
    let place = (scope.as_str(), fingerprint(&key));
    if waf.platform.store.get(&API_KEYS, &owner, place).await?.is_none() {
        return Err(error::nonexistent().into());
    }
    Ok(api::GetDecryptedAPIKeyResponse {
        token_domains: Some(secret.domains),
        creation_timestamp: Some(Timestamp::from_millis(secret.created_ms)),
    })
}

pub(crate) async fn delete_api_key(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DeleteAPIKeyRequest,
) -> Result<api::DeleteAPIKeyResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let print = &fingerprint(&input.api_key.unwrap_or_default());
    let owner = &call.scope();
    waf.platform
        .write(&call, |txn| async move {
            let place = (scope.as_str(), print.as_str());
            if txn.get(&API_KEYS, owner, place).await?.is_none() {
                return Err(error::nonexistent().into());
            }
            txn.delete(&API_KEYS, owner, place).await?;
            Ok(api::DeleteAPIKeyResponse::default())
        })
        .await
}

/// A host name of at least two labels. Public suffixes of two labels (`co.uk`) can't be told from domains without
/// their list, and are taken.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_host_names_of_two_labels_or_more() {
        for (text, expected) in [
            ("example.com", true),
            ("store.example.com", true),
            ("com", false),
            ("https://example.com", false),
            ("example..com", false),
            ("-a.example", false),
            ("", false),
        ] {
            assert_eq!(is_domain(text), expected, "{text}");
        }
    }
}
