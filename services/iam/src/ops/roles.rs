//! Roles.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use super::policies::check_boundary;
use crate::access::{arn, current, insert, path_of, remove, required, save};
use crate::attachment::Usage;
use crate::entity::Entity;
use crate::model::permissions::Permissions;
use crate::model::role::Role;
use crate::paging::PageRequest;
use crate::store::{PROFILES_OF_ROLE, ROLE_USES, ROLES, UNIQUE_IDS, scope};
use crate::{Iam, answer, attachment, error, tags, unique_id};

/// How long sessions may last where the role does not say.
const DEFAULT_SESSION_SECONDS: i64 = 3600;

pub(crate) async fn create_role(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateRoleRequest,
) -> Result<api::CreateRoleResponse, Failure> {
    let (name, path) = (required(input.role_name), path_of(input.path));
    let tags = tags::from_request(input.tags, tags::Case::Ignored)?;
    let boundary = input.permissions_boundary;
    let mut context = Context::new();
    if let Some(boundary) = &boundary {
        check_boundary(boundary)?;
        context.set("iam:permissionsboundary", boundary.as_str());
    }
    iam.authorize_making(
        &call,
        &arn(&call.account, "role", &path, &name),
        "iam:TagRole",
        &tags,
        context,
    )
    .await?;
    if path.starts_with("/aws-service-role/") {
        return Err(error::validation(
            "Path contains reserved keyword: aws-service-role",
        ));
    }
    let trust_policy = required(input.assume_role_policy_document);
    let trusted = iam.check_trust(&trust_policy).await?;
    let role = Role {
        name,
        path,
        id: unique_id::fresh(&*iam.platform.random, unique_id::ROLE),
        created_ms: call.time.as_millis(),
        description: input.description.filter(|text| !text.is_empty()),
        max_session_seconds: input
            .max_session_duration
            .map_or(DEFAULT_SESSION_SECONDS, i64::from),
        trust_policy,
        trusted,
        tags,
        permissions: Permissions {
            boundary,
            ..Permissions::default()
        },
    };
    put_new_role(&iam, &call, &role, |role| api::CreateRoleResponse {
        role: Some(role),
    })
    .await
}

/// Puts a new role; `answer` makes the operation's answer of what is shown of it.
pub(crate) async fn put_new_role<O: haechi_wire::Shape>(
    iam: &Iam,
    call: &Call,
    role: &Role,
    answer: fn(api::Role) -> O,
) -> Result<O, Failure> {
    let account = &call.account;
    iam.platform
        .write(call, |txn| async move {
            if !insert(&txn, account, role).await? {
                return Err(error::already_exists(format!(
                    "Role with name {} already exists.",
                    role.name
                )));
            }
            txn.put(&UNIQUE_IDS, &scope(account), role.id.as_str(), &role.arn(account))
                .await?;
            for arn in &role.permissions.attached {
                attachment::note(&txn, account, role, arn, Usage::Policy).await?;
            }
            attachment::bound(&txn, account, role, None, role.permissions.boundary.as_deref()).await?;
            Ok(answer(api::Role {
                permissions_boundary: answer::boundary(&role.permissions),
                tags: tags::answer_if_any(&role.tags),
                ..answer::brief_role(account, role, &role.trust_policy)
            }))
        })
        .await
}

pub(crate) async fn get_role(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetRoleRequest,
) -> Result<api::GetRoleResponse, Failure> {
    let role = iam.open::<Role>(&call, &required(input.role_name)).await?;
    Ok(api::GetRoleResponse {
        role: Some(iam.role_answer(&call.account, &role).await?),
    })
}

pub(crate) async fn list_roles(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListRolesRequest,
) -> Result<api::ListRolesResponse, Failure> {
    let prefix = path_of(input.path_prefix);
    iam.authorize(&call, &arn(&call.account, "role", &prefix, ""), Context::new())
        .await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .scan(&iam.platform.store, &ROLES, &scope(&call.account), |role| {
            role.path.starts_with(&prefix)
        })
        .await?;
    let mut roles = Vec::with_capacity(page.items.len());
    for role in &page.items {
        roles.push(iam.listed_role(&call.account, role).await?);
    }
    Ok(api::ListRolesResponse {
        is_truncated: Some(page.is_truncated()),
        roles: Some(roles),
        marker: page.marker,
    })
}

pub(crate) async fn update_role(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateRoleRequest,
) -> Result<api::UpdateRoleResponse, Failure> {
    let name = &required(input.role_name);
    iam.open::<Role>(&call, name).await?;
    // What is left out stays as it is.
    let description = &input.description;
    let seconds = input.max_session_duration.map(i64::from);
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut role = current::<Role>(&txn, account, name).await?;
            if seconds.is_some() {
                role.guard()?;
            }
            if let Some(description) = description {
                role.description = Some(description.clone()).filter(|text| !text.is_empty());
            }
            role.max_session_seconds = seconds.unwrap_or(role.max_session_seconds);
            save(&txn, account, &role).await?;
            Ok(api::UpdateRoleResponse::default())
        })
        .await
}

pub(crate) async fn update_role_description(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateRoleDescriptionRequest,
) -> Result<api::UpdateRoleDescriptionResponse, Failure> {
    let name = &required(input.role_name);
    let before = iam.open::<Role>(&call, name).await?;
    let trust = &iam.trust_policy(&before).await?;
    let description = &input.description;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut role = current::<Role>(&txn, account, name).await?;
            role.description = description.clone().filter(|text| !text.is_empty());
            save(&txn, account, &role).await?;
            let answer = api::Role {
                description: role.description.clone(),
                ..answer::brief_role(account, &role, trust)
            };
            Ok(api::UpdateRoleDescriptionResponse { role: Some(answer) })
        })
        .await
}

pub(crate) async fn update_assume_role_policy(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateAssumeRolePolicyRequest,
) -> Result<Empty, Failure> {
    let name = &required(input.role_name);
    iam.open::<Role>(&call, name).await?.guard()?;
    let document = &required(input.policy_document);
    let trusted: &BTreeMap<_, _> = &iam.check_trust(document).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut role = current::<Role>(&txn, account, name).await?;
            role.trust_policy.clone_from(document);
            role.trusted.clone_from(trusted);
            save(&txn, account, &role).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_role(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteRoleRequest,
) -> Result<Empty, Failure> {
    let name = &required(input.role_name);
    iam.open::<Role>(&call, name).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let role = current::<Role>(&txn, account, name).await?;
            role.guard()?;
            let profiles = txn
                .list_under(
                    &PROFILES_OF_ROLE,
                    &scope(account),
                    role.own_id().as_str(),
                    None,
                    1,
                )
                .await?;
            txn.depend_on_epoch(&PROFILES_OF_ROLE, &scope(account)).await?;
            let obstacle = if !profiles.is_empty() {
                "must remove roles from instance profile first"
            } else if !role.permissions.attached.is_empty() {
                "must detach all policies first"
            } else if !role.permissions.inline.is_empty() {
                "must delete policies first"
            } else {
                ""
            };
            if !obstacle.is_empty() {
                return Err(error::delete_conflict(format!(
                    "Cannot delete entity, {obstacle}."
                )));
            }
            attachment::bound(&txn, account, &role, role.permissions.boundary.as_deref(), None).await?;
            txn.delete(&UNIQUE_IDS, &scope(account), role.id.as_str()).await?;
            txn.delete(&ROLE_USES, &scope(account), role.id.as_str()).await?;
            remove(&txn, account, &role).await?;
            Ok(Empty::default())
        })
        .await
}
