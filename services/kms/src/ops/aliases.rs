//! CreateAlias, UpdateAlias, DeleteAlias, ListAliases.
//!
//! Permission is needed on the alias, by IAM alone, and on the key. `alias/aws/…` is AWS's. An alias moves only to a
//! key of the same kind and usage. Follows the KMS API reference and the developer guide, "Controlling access to
//! aliases".

use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Ask, Call, Failure, Timestamp};
use haechi_crypto::KeySpec;
use haechi_wire::Empty;

use crate::Kms;
use crate::authz::Wish;
use crate::error::{alias_not_found, invalid_key_id, state_error, validation};
use crate::model::alias::{Alias, AliasName};
use crate::model::key::{Key, arn};
use crate::model::key_ref::KeyRef;
use crate::model::state::OperationClass;
use crate::paging::page;
use crate::resolve::Forms;
use crate::store::{ALIASES, ALIASES_OF_KEY, KEYS, put_alias, remove_alias};

/// Aliases per key (KMS developer guide, "Resource quotas").
const MAX_PER_KEY: usize = 50;
/// Aliases on a page where no limit is given.
const DEFAULT_LIMIT: usize = 50;
/// CloudTrail's type of an alias is that of a key (KMS developer guide, the log entries of CreateAlias and UpdateAlias).
const ALIAS_KIND: &str = "AWS::KMS::Key";
/// More than an account may have, so that a list is whole.
const ALL: usize = 5_000_000;

pub(crate) async fn create_alias(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::CreateAliasRequest,
) -> Result<Empty, Failure> {
    let name = parse_name(input.alias_name)?;
    let target = input.target_key_id.unwrap_or_default();
    refuse_alias_as_target(&target)?;
    authorize_alias(&kms, &call, "kms:CreateAlias", &name).await?;
    let loaded = kms
        .key_for(&call, &target, Forms::KeysOnly, Wish::new("CreateAlias"))
        .await?;
    call.audit_resource(name.arn(&call.account, &call.region), ALIAS_KIND, &call.account);
    let now = call.time.as_millis();
    let alias = Alias {
        name,
        target: loaded.key.id.clone(),
        created_ms: now,
        updated_ms: now,
    };
    let scope = call.scope();
    let (alias, scope, loaded) = (&alias, &scope, &loaded);
    kms.platform
        .write(&call, |txn| async move {
            let arn = alias.name.arn(&loaded.key.account, &loaded.key.region);
            if txn.get(&ALIASES, scope, alias.name.as_str()).await?.is_some() {
                let text = format!("An alias with the name {arn} already exists");
                return Err(ErrorCode::AlreadyExistsException.with(text).into());
            }
            let Some(key) = txn.get(&KEYS, scope, alias.target.as_str()).await? else {
                return Err(crate::error::key_not_found(&loaded.arn).into());
            };
            if let Some(error) = state_error(&loaded.arn, key.state, OperationClass::Label) {
                return Err(error.into());
            }
            let there = txn
                .list_under(
                    &ALIASES_OF_KEY,
                    scope,
                    alias.target.as_str(),
                    None,
                    MAX_PER_KEY + 1,
                )
                .await?;
            if there.len() >= MAX_PER_KEY {
                return Err(ErrorCode::LimitExceededException
                    .with("Alias limit exceeded for key")
                    .into());
            }
            put_alias(&txn, scope, alias, None).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn update_alias(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::UpdateAliasRequest,
) -> Result<Empty, Failure> {
    let name = parse_name(input.alias_name)?;
    let target = input.target_key_id.unwrap_or_default();
    refuse_alias_as_target(&target)?;
    authorize_alias(&kms, &call, "kms:UpdateAlias", &name).await?;
    let alias_arn = name.arn(&call.account, &call.region);
    let scope = call.scope();
    let Some(before) = kms.platform.store.get(&ALIASES, &scope, name.as_str()).await? else {
        return Err(alias_not_found(&alias_arn).into());
    };
    // Both keys must agree to the move.
    let old = kms
        .key_for(
            &call,
            before.target.as_str(),
            Forms::KeysOnly,
            Wish::new("UpdateAlias"),
        )
        .await?;
    let new = kms
        .key_for(&call, &target, Forms::KeysOnly, Wish::new("UpdateAlias"))
        .await?;
    call.audit_resource(alias_arn.as_str(), ALIAS_KIND, &call.account);
    require_same_kind(&old.key, &new.key)?;
    let now = call.time.as_millis();
    let (name, new, scope, alias_arn) = (&name, &new, &scope, &alias_arn);
    kms.platform
        .write(&call, |txn| async move {
            let Some(before) = txn.get(&ALIASES, scope, name.as_str()).await? else {
                return Err(alias_not_found(alias_arn).into());
            };
            let Some(key) = txn.get(&KEYS, scope, new.key.id.as_str()).await? else {
                return Err(crate::error::key_not_found(&new.arn).into());
            };
            if let Some(error) = state_error(&new.arn, key.state, OperationClass::Label) {
                return Err(error.into());
            }
            let after = Alias {
                target: key.id.clone(),
                updated_ms: now,
                ..before.as_ref().clone()
            };
            put_alias(&txn, scope, &after, Some(&before)).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_alias(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::DeleteAliasRequest,
) -> Result<Empty, Failure> {
    let name = parse_name(input.alias_name)?;
    authorize_alias(&kms, &call, "kms:DeleteAlias", &name).await?;
    let alias_arn = name.arn(&call.account, &call.region);
    let scope = call.scope();
    let Some(there) = kms.platform.store.get(&ALIASES, &scope, name.as_str()).await? else {
        return Err(alias_not_found(&alias_arn).into());
    };
    kms.key_for(
        &call,
        there.target.as_str(),
        Forms::KeysOnly,
        Wish::new("DeleteAlias"),
    )
    .await?;
    call.audit_resource(alias_arn.as_str(), ALIAS_KIND, &call.account);
    let (name, scope, alias_arn) = (&name, &scope, &alias_arn);
    kms.platform
        .write(&call, |txn| async move {
            let Some(there) = txn.get(&ALIASES, scope, name.as_str()).await? else {
                return Err(alias_not_found(alias_arn).into());
            };
            remove_alias(&txn, scope, &there).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn list_aliases(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ListAliasesRequest,
) -> Result<api::ListAliasesResponse, Failure> {
    let ask = Ask::new("kms:ListAliases", "*", &call.account);
    kms.platform.gate.authorize(&call, ask, ()).await?;
    let scope = call.scope();
    let key = match &input.key_id {
        None => None,
        Some(key_id) => {
            if KeyRef::parse(key_id).is_some_and(|named| named.alias().is_some()) {
                return Err(invalid_key_id(key_id).into());
            }
            Some(
                kms.resolve(&call, key_id, Forms::KeysOnly)
                    .await?
                    .loaded
                    .key
                    .id
                    .clone(),
            )
        }
    };
    let found = kms.platform.store.list(&ALIASES, &scope, None, ALL).await?;
    let all: Vec<_> = found
        .into_iter()
        .map(|(_, alias)| alias)
        .filter(|alias| key.as_ref().is_none_or(|key| *key == alias.target))
        .collect();
    let limit = input.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let page = page(all, input.marker.as_deref(), limit, |alias| {
        alias.name.to_string()
    })?;
    Ok(api::ListAliasesResponse {
        truncated: page.truncated(),
        next_marker: page.next_marker,
        aliases: Some(page.items.iter().map(|alias| entry(&call, alias)).collect()),
    })
}

fn entry(call: &Call, alias: &Alias) -> api::AliasListEntry {
    api::AliasListEntry {
        alias_name: Some(alias.name.to_string()),
        alias_arn: Some(alias.name.arn(&call.account, &call.region)),
        target_key_id: Some(alias.target.to_string()),
        creation_date: Some(Timestamp::from_millis(alias.created_ms)),
        last_updated_date: Some(Timestamp::from_millis(alias.updated_ms)),
    }
}

fn parse_name(name: Option<String>) -> Result<AliasName, Failure> {
    let text = name.unwrap_or_default();
    if !text.starts_with("alias/") {
        let message = "Alias must start with the prefix \"alias/\". \
                       Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";
        return Err(validation(message).into());
    }
    // The model's pattern lets a colon pass; the service does not.
    let Some(name) = AliasName::parse(&text).filter(|name| !name.as_str().contains(':')) else {
        return Err(validation(format!("{text} contains invalid characters for an alias")).into());
    };
    // Other clients of AWS see NotAuthorizedException here.
    if name.is_reserved() {
        return Err(haechi_wire::ApiError::new("NotAuthorizedException", 400, "").into());
    }
    Ok(name)
}

fn refuse_alias_as_target(target: &str) -> Result<(), Failure> {
    if KeyRef::parse(target).is_some_and(|named| named.alias().is_some()) {
        return Err(validation("Aliases must refer to keys. Not aliases").into());
    }
    Ok(())
}

/// Aliases have no policy of their own: IAM decides.
async fn authorize_alias(kms: &Kms, call: &Call, action: &str, name: &AliasName) -> Result<(), Failure> {
    let alias_arn = name.arn(&call.account, &call.region);
    let ask = Ask::new(action, &alias_arn, &call.account);
    kms.platform.gate.authorize(call, ask, ()).await?;
    Ok(())
}

fn require_same_kind(old: &Key, new: &Key) -> Result<(), Failure> {
    let kind = |key: &Key| match key.spec {
        KeySpec::Symmetric => 0,
        KeySpec::Hmac(_) => 1,
        KeySpec::Pair(_) => 2,
    };
    if kind(old) == kind(new) && old.usage == new.usage {
        return Ok(());
    }
    let arn = |key: &Key| arn(&key.account, &key.region, &key.id);
    let message = format!(
        "Alias cannot be changed from {} to {}: their key type or usage differ.",
        arn(old),
        arn(new)
    );
    Err(validation(message).into())
}
