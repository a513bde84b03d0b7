//! Permissions boundaries of users and roles.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use super::policies::check_boundary;
use crate::Iam;
use crate::access::{current, required, save};
use crate::attachment;
use crate::entity::Holder;
use crate::model::role::Role;
use crate::model::user::User;

/// Sets the boundary, or takes it away.
async fn set<H: Holder>(
    iam: &Iam,
    call: &Call,
    name: &str,
    boundary: Option<String>,
) -> Result<Empty, Failure> {
    let mut context = Context::new();
    if let Some(boundary) = &boundary {
        check_boundary(boundary)?;
        context.set("iam:permissionsboundary", boundary.as_str());
    }
    iam.open_with::<H>(call, name, context).await?;
    let (account, boundary) = (&call.account, &boundary);
    iam.platform
        .write(call, |txn| async move {
            let mut holder = current::<H>(&txn, account, name).await?;
            holder.guard()?;
            let before = std::mem::replace(&mut holder.permissions_mut().boundary, boundary.clone());
            attachment::bound(&txn, account, &holder, before.as_deref(), boundary.as_deref()).await?;
            save(&txn, account, &holder).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn put_user_permissions_boundary(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::PutUserPermissionsBoundaryRequest,
) -> Result<Empty, Failure> {
    set::<User>(
        &iam,
        &call,
        &required(input.user_name),
        input.permissions_boundary,
    )
    .await
}

pub(crate) async fn delete_user_permissions_boundary(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteUserPermissionsBoundaryRequest,
) -> Result<Empty, Failure> {
    set::<User>(&iam, &call, &required(input.user_name), None).await
}

pub(crate) async fn put_role_permissions_boundary(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::PutRolePermissionsBoundaryRequest,
) -> Result<Empty, Failure> {
    set::<Role>(
        &iam,
        &call,
        &required(input.role_name),
        input.permissions_boundary,
    )
    .await
}

pub(crate) async fn delete_role_permissions_boundary(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteRolePermissionsBoundaryRequest,
) -> Result<Empty, Failure> {
    set::<Role>(&iam, &call, &required(input.role_name), None).await
}
