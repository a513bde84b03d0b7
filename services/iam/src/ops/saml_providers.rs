//! SAML identity providers.
//!
//! Follows the IAM API reference, "CreateSAMLProvider" and its siblings. Metadata that cannot be read wins over a name
//! that is taken. What the metadata does not limit holds for a hundred years.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{AccountId, Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use crate::access::{arn, current, insert, remove, required, save};
use crate::model::saml_provider::{SamlPrivateKey, SamlProvider, binding};
use crate::store::{SAML_PROVIDERS, scope};
use crate::{Iam, answer, error, saml_metadata, tags, unique_id};

/// The most providers of one account.
const MAX_PROVIDERS: usize = 100;
/// The most private keys of one provider.
const MAX_KEYS: usize = 2;
const CENTURY_MS: i64 = 100 * 365 * 86_400_000;

/// Until when a document holds, once it is metadata.
fn check(document: &str, now_ms: i64) -> Result<i64, Failure> {
    let read = saml_metadata::read(document);
    let read = read.ok_or_else(|| error::invalid_input("Could not parse metadata"))?;
    Ok(read.valid_until_ms.unwrap_or(now_ms + CENTURY_MS))
}

async fn sealed_key(
    iam: &Iam,
    account: &AccountId,
    key: Option<String>,
    now_ms: i64,
) -> Result<Option<SamlPrivateKey>, Failure> {
    let Some(key) = key else { return Ok(None) };
    if !key.contains("PRIVATE KEY-----") {
        return Err(error::invalid_input("The private key must be in PEM format."));
    }
    let id = unique_id::certificate(&*iam.platform.random);
    Ok(Some(SamlPrivateKey {
        key: iam.seal(account, &binding(account, &id), key.as_bytes()).await?,
        id,
        added_ms: now_ms,
    }))
}

fn is_required(mode: Option<api::AssertionEncryptionModeType>) -> Option<bool> {
    mode.map(|mode| mode == api::AssertionEncryptionModeType::Required)
}

/// Encryption can only be required where there is a key to open what is encrypted.
fn check_keys(provider: &SamlProvider) -> Result<(), Failure> {
    if provider.private_keys.len() > MAX_KEYS {
        return Err(error::quota("PrivateKeysPerSAMLProvider", MAX_KEYS));
    }
    if provider.encryption_required && provider.private_keys.is_empty() {
        return Err(error::invalid_input(
            "A private key is needed where assertion encryption is required.",
        ));
    }
    Ok(())
}

pub(crate) async fn create_saml_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateSAMLProviderRequest,
) -> Result<api::CreateSAMLProviderResponse, Failure> {
    let name = required(input.name);
    let tags = tags::from_request(input.tags, tags::Case::Kept)?;
    let (account, now) = (&call.account, call.time.as_millis());
    let arn = &arn(account, "saml-provider", "/", &name);
    iam.authorize_making(&call, arn, "iam:TagSAMLProvider", &tags, Context::new())
        .await?;
    let metadata = required(input.saml_metadata_document);
    let provider = &SamlProvider {
        id: unique_id::certificate(&*iam.platform.random),
        valid_until_ms: check(&metadata, now)?,
        created_ms: now,
        encryption_required: is_required(input.assertion_encryption_mode).unwrap_or(false),
        private_keys: sealed_key(&iam, account, input.add_private_key, now)
            .await?
            .into_iter()
            .collect(),
        name,
        metadata,
        tags,
    };
    check_keys(provider)?;
    iam.platform
        .write(&call, |txn| async move {
            let all = txn.list_locked(&SAML_PROVIDERS, &scope(account)).await?;
            if !insert(&txn, account, provider).await? {
                return Err(error::already_exists(format!(
                    "SAMLProvider with name {} already exists.",
                    provider.name
                )));
            }
            if all.len() >= MAX_PROVIDERS {
                return Err(error::quota("SAMLProvidersPerAccount", MAX_PROVIDERS));
            }
            Ok(api::CreateSAMLProviderResponse {
                saml_provider_arn: Some(arn.clone()),
                tags: tags::answer_if_any(&provider.tags),
            })
        })
        .await
}

pub(crate) async fn get_saml_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetSAMLProviderRequest,
) -> Result<api::GetSAMLProviderResponse, Failure> {
    let provider = iam
        .open::<SamlProvider>(&call, &required(input.saml_provider_arn))
        .await?;
    let keys = provider.private_keys.iter().map(|key| api::SAMLPrivateKey {
        key_id: Some(key.id.clone()),
        timestamp: answer::date(key.added_ms),
    });
    Ok(api::GetSAMLProviderResponse {
        saml_provider_uuid: Some(provider.id.clone()),
        saml_metadata_document: Some(provider.metadata.clone()),
        create_date: answer::date(provider.created_ms),
        valid_until: answer::date(provider.valid_until_ms),
        tags: Some(tags::answer(&provider.tags)),
        assertion_encryption_mode: Some(if provider.encryption_required {
            api::AssertionEncryptionModeType::Required
        } else {
            api::AssertionEncryptionModeType::Allowed
        }),
        private_key_list: Some(keys.collect()),
    })
}

pub(crate) async fn list_saml_providers(
    iam: Arc<Iam>,
    call: Arc<Call>,
    _: api::ListSAMLProvidersRequest,
) -> Result<api::ListSAMLProvidersResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let found = iam
        .platform
        .store
        .list(&SAML_PROVIDERS, &scope(&call.account), None, ALL)
        .await?;
    let entries = found.iter().map(|(_, provider)| api::SAMLProviderListEntry {
        arn: Some(provider.arn(&call.account)),
        valid_until: answer::date(provider.valid_until_ms),
        create_date: answer::date(provider.created_ms),
    });
    Ok(api::ListSAMLProvidersResponse {
        saml_provider_list: Some(entries.collect()),
    })
}

pub(crate) async fn update_saml_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateSAMLProviderRequest,
) -> Result<api::UpdateSAMLProviderResponse, Failure> {
    let given = &required(input.saml_provider_arn);
    iam.open::<SamlProvider>(&call, given).await?;
    let (account, now) = (&call.account, call.time.as_millis());
    let document = input.saml_metadata_document;
    let valid_until = document.as_deref().map(|text| check(text, now)).transpose()?;
    let document = &document.zip(valid_until);
    let added = &sealed_key(&iam, account, input.add_private_key, now).await?;
    let removed = &input.remove_private_key;
    let encryption_required = is_required(input.assertion_encryption_mode);
    iam.platform
        .write(&call, |txn| async move {
            let mut provider = current::<SamlProvider>(&txn, account, given).await?;
            if let Some((document, until)) = document {
                provider.metadata.clone_from(document);
                provider.valid_until_ms = *until;
            }
            if let Some(id) = removed {
                let keys = &mut provider.private_keys;
                let at = keys.iter().position(|key| key.id == *id);
                let message =
                    || error::no_such_entity(format!("The private key with id {id} cannot be found."));
                keys.remove(at.ok_or_else(message)?);
            }
            provider.private_keys.extend(added.clone());
            provider.encryption_required = encryption_required.unwrap_or(provider.encryption_required);
            check_keys(&provider)?;
            save(&txn, account, &provider).await?;
            Ok(api::UpdateSAMLProviderResponse {
                saml_provider_arn: Some(provider.arn(account)),
            })
        })
        .await
}

pub(crate) async fn delete_saml_provider(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteSAMLProviderRequest,
) -> Result<Empty, Failure> {
    let given = &required(input.saml_provider_arn);
    iam.open::<SamlProvider>(&call, given).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let provider = current::<SamlProvider>(&txn, account, given).await?;
            remove(&txn, account, &provider).await?;
            Ok(Empty::default())
        })
        .await
}
