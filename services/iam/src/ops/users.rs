//! Users.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{AccountId, Call, Failure};
use haechi_policy::Context;
use haechi_store::Txn;
use haechi_wire::Empty;

use super::policies::check_boundary;
use crate::access::{arn, current, insert, path_of, remove, required, save};
use crate::entity::Entity;
use crate::model::access_key::KeyOwner;
use crate::model::belongings::Belongings;
use crate::model::group::Group;
use crate::model::permissions::Permissions;
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::store::{ACCESS_KEYS, UNIQUE_IDS, USERS, scope};
use crate::{Iam, answer, attachment, error, tags, unique_id};
use haechi_store::Scope;

pub(crate) async fn create_user(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateUserRequest,
) -> Result<api::CreateUserResponse, Failure> {
    let (name, path) = (required(input.user_name), path_of(input.path));
    let tags = tags::from_request(input.tags, tags::Case::Ignored)?;
    let boundary = input.permissions_boundary;
    let mut context = Context::new();
    if let Some(boundary) = &boundary {
        check_boundary(boundary)?;
        context.set("iam:permissionsboundary", boundary.as_str());
    }
    let arn = arn(&call.account, "user", &path, &name);
    iam.authorize_making(&call, &arn, "iam:TagUser", &tags, context)
        .await?;
    let user = User {
        name,
        path,
        id: unique_id::fresh(&*iam.platform.random, unique_id::USER),
        created_ms: call.time.as_millis(),
        tags,
        permissions: Permissions {
            boundary,
            ..Permissions::default()
        },
        groups: Vec::new(),
        access_keys: Vec::new(),
        login: None,
        belongings: Belongings::default(),
    };
    let (user, account) = (&user, &call.account);
    iam.platform
        .write(&call, |txn| async move {
            if !insert(&txn, account, user).await? {
                return Err(error::already_exists(format!(
                    "User with name {} already exists.",
                    user.name
                )));
            }
            txn.put(&UNIQUE_IDS, &scope(account), user.id.as_str(), &user.arn(account))
                .await?;
            attachment::bound(&txn, account, user, None, user.permissions.boundary.as_deref()).await?;
            Ok(api::CreateUserResponse {
                user: Some(answer::user(account, user)),
            })
        })
        .await
}

pub(crate) async fn get_user(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetUserRequest,
) -> Result<api::GetUserResponse, Failure> {
    let name = match input.user_name {
        Some(name) => Some(name),
        None => Iam::own_name(&call)?,
    };
    let user = match name {
        Some(name) => answer::user(&call.account, &*iam.open::<User>(&call, &name).await?),
        None => root_user(&iam, &call).await?,
    };
    Ok(api::GetUserResponse { user: Some(user) })
}

/// What root is told of itself.
async fn root_user(iam: &Iam, call: &Call) -> Result<api::User, Failure> {
    let arn = call.caller_arn();
    iam.authorize(call, &arn, Context::new()).await?;
    let account = iam.account(&call.account).await?;
    Ok(api::User {
        user_id: Some(call.account.to_string()),
        arn: Some(arn),
        create_date: account.and_then(|account| answer::date(account.created_ms)),
        ..api::User::default()
    })
}

pub(crate) async fn list_users(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListUsersRequest,
) -> Result<api::ListUsersResponse, Failure> {
    let prefix = path_of(input.path_prefix);
    iam.authorize(&call, &arn(&call.account, "user", &prefix, ""), Context::new())
        .await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .scan(&iam.platform.store, &USERS, &scope(&call.account), |user| {
            user.path.starts_with(&prefix)
        })
        .await?;
    Ok(api::ListUsersResponse {
        is_truncated: Some(page.is_truncated()),
        users: Some(
            page.items
                .iter()
                .map(|user| answer::listed_user(&call.account, user))
                .collect(),
        ),
        marker: page.marker,
    })
}

pub(crate) async fn update_user(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateUserRequest,
) -> Result<Empty, Failure> {
    let name = required(input.user_name);
    let before = iam.open::<User>(&call, &name).await?;
    let mut after = before.as_ref().clone();
    after.name = input.new_user_name.unwrap_or(after.name);
    after.path = input.new_path.unwrap_or(after.path);
    // The new name must be the caller's to give as well.
    let new_arn = after.arn(&call.account);
    iam.authorize(&call, &new_arn, Context::new()).await?;
    let (name, account) = (&name, &call.account);
    let (new_name, new_path) = (&after.name, &after.path);
    iam.platform
        .write(&call, |txn| async move {
            let old = current::<User>(&txn, account, name).await?;
            let new = User {
                name: new_name.clone(),
                path: new_path.clone(),
                ..old.clone()
            };
            rename(&txn, account, &old, &new).await?;
            Ok(Empty::default())
        })
        .await
}

/// Moves a user with all that names it: keys, groups, attachments.
async fn rename(txn: &Txn, account: &AccountId, old: &User, new: &User) -> Result<(), Failure> {
    if old.own_id() == new.own_id() {
        save(txn, account, new).await?;
    } else {
        if !insert(txn, account, new).await? {
            return Err(error::already_exists(format!(
                "User with name {} already exists.",
                new.name
            )));
        }
        remove(txn, account, old).await?;
    }
    txn.put(&UNIQUE_IDS, &scope(account), new.id.as_str(), &new.arn(account))
        .await?;
    for id in &new.access_keys {
        if let Some(key) = txn.get(&ACCESS_KEYS, &Scope::deployment(), id.as_str()).await? {
            let mut key = key.as_ref().clone();
            key.owner = KeyOwner::User(new.name.clone());
            txn.put(&ACCESS_KEYS, &Scope::deployment(), id.as_str(), &key)
                .await?;
        }
    }
    for name in &new.groups {
        let mut group = current::<Group>(txn, account, name).await?;
        for member in group.users.iter_mut().filter(|member| **member == old.name) {
            member.clone_from(&new.name);
        }
        save(txn, account, &group).await?;
    }
    attachment::renamed(txn, account, old, new).await
}

pub(crate) async fn delete_user(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteUserRequest,
) -> Result<Empty, Failure> {
    let name = required(input.user_name);
    iam.open::<User>(&call, &name).await?;
    let (name, account) = (&name, &call.account);
    iam.platform
        .write(&call, |txn| async move {
            let user = current::<User>(&txn, account, name).await?;
            let obstacle = if !user.permissions.attached.is_empty() {
                "must detach all policies first"
            } else if !user.permissions.inline.is_empty() {
                "must delete policies first"
            } else if !user.access_keys.is_empty() {
                "must delete access keys first"
            } else if user.login.is_some() {
                "must delete login profile first"
            } else if !user.groups.is_empty() {
                "must remove users from group first"
            } else {
                user.belongings.obstacle().unwrap_or_default()
            };
            if !obstacle.is_empty() {
                return Err(error::delete_conflict(format!(
                    "Cannot delete entity, {obstacle}."
                )));
            }
            attachment::bound(&txn, account, &user, user.permissions.boundary.as_deref(), None).await?;
            txn.delete(&UNIQUE_IDS, &scope(account), user.id.as_str()).await?;
            remove(&txn, account, &user).await?;
            Ok(Empty::default())
        })
        .await
}
