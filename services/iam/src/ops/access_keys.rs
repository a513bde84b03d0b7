//! Access keys of users and of the root user. The secret is shown once.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{AccountId, Call, Failure};
use haechi_policy::Context;
use haechi_store::{Scope, Txn};
use haechi_wire::Empty;

use crate::access::{current, required, save};
use crate::model::access_key::{AccessKey, KeyOwner};
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::store::{ACCESS_KEYS, ACCOUNTS};
use crate::{Iam, answer, error};

/// The most keys of one user.
const MAX_KEYS: usize = 2;

/// Whose keys a request is about, once the caller may do to them what the call does.
async fn owner(iam: &Iam, call: &Call, given: Option<String>) -> Result<KeyOwner, Failure> {
    let name = match given {
        Some(name) => Some(name),
        None => Iam::own_name(call)?,
    };
    if let Some(name) = name {
        Ok(KeyOwner::User(iam.open::<User>(call, &name).await?.name.clone()))
    } else {
        iam.authorize(call, &call.caller_arn(), Context::new()).await?;
        Ok(KeyOwner::Root)
    }
}

/// `UserName` in answers; root has none.
fn shown(owner: &KeyOwner) -> Option<String> {
    match owner {
        KeyOwner::User(name) => Some(name.clone()),
        KeyOwner::Root => None,
    }
}

pub(crate) async fn create_access_key(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateAccessKeyRequest,
) -> Result<api::CreateAccessKeyResponse, Failure> {
    let owner = owner(&iam, &call, input.user_name).await?;
    let (record, fresh) = iam.seal_new_key(&call.account, owner).await?;
    let secret = String::from_utf8_lossy(fresh.secret.as_ref()).into_owned();
    let (record, secret) = (&record, &secret);
    iam.platform
        .write(&call, |txn| async move {
            change_keys(&txn, &record.account, &record.owner, |keys| {
                if keys.len() >= MAX_KEYS {
                    return Err(error::quota("AccessKeysPerUser", MAX_KEYS));
                }
                keys.push(record.id.clone());
                Ok(())
            })
            .await?;
            txn.put(&ACCESS_KEYS, &Scope::deployment(), record.id.as_str(), record)
                .await?;
            Ok(api::CreateAccessKeyResponse {
                access_key: Some(api::AccessKey {
                    user_name: shown(&record.owner),
                    access_key_id: Some(record.id.clone()),
                    status: Some(answer::status(true)),
                    secret_access_key: Some(secret.clone()),
                    create_date: answer::date(record.created_ms),
                }),
            })
        })
        .await
}

/// Changes the list of keys of a user or of root.
async fn change_keys(
    txn: &Txn,
    account: &AccountId,
    owner: &KeyOwner,
    change: impl Fn(&mut Vec<String>) -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    match owner {
        KeyOwner::User(name) => {
            let mut user = current::<User>(txn, account, name).await?;
            change(&mut user.access_keys)?;
            save(txn, account, &user).await
        }
        KeyOwner::Root => {
            let everywhere = Scope::deployment();
            let found = txn.get(&ACCOUNTS, &everywhere, account.as_str()).await?;
            let mut found = found
                .ok_or_else(|| Failure::internal("the account is gone"))?
                .as_ref()
                .clone();
            change(&mut found.root_keys)?;
            Ok(txn.put(&ACCOUNTS, &everywhere, account.as_str(), &found).await?)
        }
    }
}

/// The key of an owner as the transaction sees it.
async fn own_key(txn: &Txn, account: &AccountId, owner: &KeyOwner, id: &str) -> Result<AccessKey, Failure> {
    let found = txn.get(&ACCESS_KEYS, &Scope::deployment(), id).await?;
    let found = found.filter(|key| key.account == *account && key.owner == *owner);
    Ok(found
        .ok_or_else(|| error::no_such_access_key(id))?
        .as_ref()
        .clone())
}

pub(crate) async fn list_access_keys(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListAccessKeysRequest,
) -> Result<api::ListAccessKeysResponse, Failure> {
    let owner = owner(&iam, &call, input.user_name).await?;
    let ids = match &owner {
        KeyOwner::User(name) => iam
            .find::<User>(&call.account, name)
            .await?
            .map(|user| user.access_keys.clone())
            .unwrap_or_default(),
        KeyOwner::Root => iam
            .account(&call.account)
            .await?
            .map(|account| account.root_keys.clone())
            .unwrap_or_default(),
    };
    let mut keys = Vec::new();
    for id in ids {
        if let Some(key) = iam
            .platform
            .store
            .get(&ACCESS_KEYS, &Scope::deployment(), id.as_str())
            .await?
        {
            keys.push(api::AccessKeyMetadata {
                user_name: shown(&owner),
                access_key_id: Some(id),
                status: Some(answer::status(key.active)),
                create_date: answer::date(key.created_ms),
            });
        }
    }
    keys.sort_by(|a, b| a.access_key_id.cmp(&b.access_key_id));
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .of(keys, |key| key.access_key_id.clone().unwrap_or_default());
    Ok(api::ListAccessKeysResponse {
        is_truncated: Some(page.is_truncated()),
        access_key_metadata: Some(page.items),
        marker: page.marker,
    })
}

pub(crate) async fn update_access_key(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateAccessKeyRequest,
) -> Result<Empty, Failure> {
    let owner = &owner(&iam, &call, input.user_name).await?;
    let id = &required(input.access_key_id);
    let active = answer::active(input.status)?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut key = own_key(&txn, account, owner, id).await?;
            key.active = active;
            txn.put(&ACCESS_KEYS, &Scope::deployment(), id.as_str(), &key)
                .await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_access_key(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteAccessKeyRequest,
) -> Result<Empty, Failure> {
    let owner = &owner(&iam, &call, input.user_name).await?;
    let id = &required(input.access_key_id);
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            own_key(&txn, account, owner, id).await?;
            change_keys(&txn, account, owner, |keys| {
                keys.retain(|known| known != id);
                Ok(())
            })
            .await?;
            txn.delete(&ACCESS_KEYS, &Scope::deployment(), id.as_str())
                .await?;
            Ok(Empty::default())
        })
        .await
}
