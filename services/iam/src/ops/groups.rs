//! Groups and their members.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{AccountId, Call, Failure};
use haechi_policy::Context;
use haechi_store::Txn;
use haechi_wire::Empty;

use crate::access::{arn, current, insert, path_of, remove, required, save};
use crate::entity::Entity;
use crate::model::group::Group;
use crate::model::permissions::Permissions;
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::store::{GROUPS, scope};
use crate::{Iam, answer, attachment, error, unique_id};

/// The most groups that a user may be in.
const MAX_GROUPS: usize = 10;

fn taken(name: &str) -> Failure {
    error::already_exists(format!("Group with name {name} already exists."))
}

pub(crate) async fn create_group(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateGroupRequest,
) -> Result<api::CreateGroupResponse, Failure> {
    let (name, path) = (required(input.group_name), path_of(input.path));
    iam.authorize(&call, &arn(&call.account, "group", &path, &name), Context::new())
        .await?;
    let group = &Group {
        name,
        path,
        id: unique_id::fresh(&*iam.platform.random, unique_id::GROUP),
        created_ms: call.time.as_millis(),
        permissions: Permissions::default(),
        users: Vec::new(),
    };
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            if !insert(&txn, account, group).await? {
                return Err(taken(&group.name));
            }
            Ok(api::CreateGroupResponse {
                group: Some(answer::group(account, group)),
            })
        })
        .await
}

pub(crate) async fn get_group(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetGroupRequest,
) -> Result<api::GetGroupResponse, Failure> {
    let group = iam.open::<Group>(&call, &required(input.group_name)).await?;
    let mut names = group.users.clone();
    names.sort();
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(names, Clone::clone);
    let mut users = Vec::with_capacity(page.items.len());
    for name in &page.items {
        if let Some(user) = iam.find::<User>(&call.account, name).await? {
            users.push(answer::listed_user(&call.account, &user));
        }
    }
    Ok(api::GetGroupResponse {
        group: Some(answer::group(&call.account, &group)),
        users: Some(users),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
}

pub(crate) async fn list_groups(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListGroupsRequest,
) -> Result<api::ListGroupsResponse, Failure> {
    let prefix = path_of(input.path_prefix);
    iam.authorize(&call, &arn(&call.account, "group", &prefix, ""), Context::new())
        .await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .scan(&iam.platform.store, &GROUPS, &scope(&call.account), |group| {
            group.path.starts_with(&prefix)
        })
        .await?;
    Ok(api::ListGroupsResponse {
        is_truncated: Some(page.is_truncated()),
        groups: Some(
            page.items
                .iter()
                .map(|group| answer::group(&call.account, group))
                .collect(),
        ),
        marker: page.marker,
    })
}

pub(crate) async fn list_groups_for_user(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListGroupsForUserRequest,
) -> Result<api::ListGroupsForUserResponse, Failure> {
    let user = iam.open::<User>(&call, &required(input.user_name)).await?;
    let mut names = user.groups.clone();
    names.sort();
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(names, Clone::clone);
    let mut groups = Vec::with_capacity(page.items.len());
    for name in &page.items {
        if let Some(group) = iam.find::<Group>(&call.account, name).await? {
            groups.push(answer::group(&call.account, &group));
        }
    }
    Ok(api::ListGroupsForUserResponse {
        is_truncated: Some(page.is_truncated()),
        groups: Some(groups),
        marker: page.marker,
    })
}

pub(crate) async fn update_group(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateGroupRequest,
) -> Result<Empty, Failure> {
    let name = &required(input.group_name);
    let before = iam.open::<Group>(&call, name).await?;
    let new_name = &input.new_group_name.unwrap_or_else(|| before.name.clone());
    let new_path = &input.new_path.unwrap_or_else(|| before.path.clone());
    iam.authorize(
        &call,
        &arn(&call.account, "group", new_path, new_name),
        Context::new(),
    )
    .await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let old = current::<Group>(&txn, account, name).await?;
            let new = Group {
                name: new_name.clone(),
                path: new_path.clone(),
                ..old.clone()
            };
            rename(&txn, account, &old, &new).await?;
            Ok(Empty::default())
        })
        .await
}

/// Moves a group with all that names it: members and attachments.
async fn rename(txn: &Txn, account: &AccountId, old: &Group, new: &Group) -> Result<(), Failure> {
    if old.own_id() == new.own_id() {
        save(txn, account, new).await?;
    } else {
        if !insert(txn, account, new).await? {
            return Err(taken(&new.name));
        }
        remove(txn, account, old).await?;
    }
    for name in &new.users {
        let mut user = current::<User>(txn, account, name).await?;
        for group in user.groups.iter_mut().filter(|group| **group == old.name) {
            group.clone_from(&new.name);
        }
        save(txn, account, &user).await?;
    }
    attachment::renamed(txn, account, old, new).await
}

pub(crate) async fn delete_group(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteGroupRequest,
) -> Result<Empty, Failure> {
    let name = &required(input.group_name);
    iam.open::<Group>(&call, name).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let group = current::<Group>(&txn, account, name).await?;
            let obstacle = if !group.users.is_empty() {
                "must remove users from group first"
            } else if !group.permissions.attached.is_empty() {
                "must detach all policies first"
            } else if !group.permissions.inline.is_empty() {
                "must delete policies first"
            } else {
                ""
            };
            if !obstacle.is_empty() {
                return Err(error::delete_conflict(format!(
                    "Cannot delete entity, {obstacle}."
                )));
            }
            remove(&txn, account, &group).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn add_user_to_group(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::AddUserToGroupRequest,
) -> Result<Empty, Failure> {
    let (group, user) = (&required(input.group_name), &required(input.user_name));
    iam.open::<Group>(&call, group).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut group = current::<Group>(&txn, account, group).await?;
            let mut user = current::<User>(&txn, account, user).await?;
            if user.groups.contains(&group.name) {
                return Ok(Empty::default());
            }
            if user.groups.len() >= MAX_GROUPS {
                return Err(error::quota("GroupsPerUser", MAX_GROUPS));
            }
            user.groups.push(group.name.clone());
            group.users.push(user.name.clone());
            save(&txn, account, &user).await?;
            save(&txn, account, &group).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn remove_user_from_group(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::RemoveUserFromGroupRequest,
) -> Result<Empty, Failure> {
    let (group, user) = (&required(input.group_name), &required(input.user_name));
    let account = &call.account;
    if iam.find::<User>(account, user).await?.is_some() {
        iam.open::<Group>(&call, group).await?;
    } else {
        iam.authorize(&call, &arn(account, "group", "/", group), Context::new())
            .await?;
    }
    iam.platform
        .write(&call, |txn| async move {
            let mut user = current::<User>(&txn, account, user).await?;
            let mut group = current::<Group>(&txn, account, group).await?;
            user.groups.retain(|name| *name != group.name);
            group.users.retain(|name| *name != user.name);
            save(&txn, account, &user).await?;
            save(&txn, account, &group).await?;
            Ok(Empty::default())
        })
        .await
}
