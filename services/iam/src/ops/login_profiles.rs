//! Console passwords of users.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_api_iam::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::{current, required, save};
use crate::model::account::PasswordPolicy;
use crate::model::user::{LoginProfile, User};
use crate::{Iam, answer, error};

fn missing(user: &str) -> Failure {
    error::no_such_entity(format!("Login Profile for User {user} cannot be found."))
}

fn shown(user: &str, login: &LoginProfile) -> api::LoginProfile {
    api::LoginProfile {
        user_name: Some(user.to_owned()),
        create_date: answer::date(login.created_ms),
        password_reset_required: Some(login.reset_required),
    }
}

/// Refuses a password that the account's policy does not take.
async fn check(iam: &Iam, call: &Call, password: &str) -> Result<(), Failure> {
    let policy = iam
        .account(&call.account)
        .await?
        .and_then(|account| account.password_policy.clone());
    match policy.unwrap_or_else(PasswordPolicy::unset).complaint(password) {
        Some(complaint) => Err(ErrorCode::PasswordPolicyViolationException.with(complaint).into()),
        None => Ok(()),
    }
}

pub(crate) async fn create_login_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateLoginProfileRequest,
) -> Result<api::CreateLoginProfileResponse, Failure> {
    let name = &iam.open_user(&call, input.user_name).await?.name;
    let password = required(input.password);
    check(&iam, &call, &password).await?;
    let login = &LoginProfile {
        password_hash: iam.hash_password(password).await?,
        created_ms: call.time.as_millis(),
        reset_required: input.password_reset_required.unwrap_or(false),
    };
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut user = current::<User>(&txn, account, name).await?;
            if user.login.is_some() {
                return Err(error::already_exists(format!(
                    "Login Profile for user {name} already exists."
                )));
            }
            user.login = Some(login.clone());
            save(&txn, account, &user).await?;
            Ok(api::CreateLoginProfileResponse {
                login_profile: Some(shown(name, login)),
            })
        })
        .await
}

pub(crate) async fn get_login_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetLoginProfileRequest,
) -> Result<api::GetLoginProfileResponse, Failure> {
    let user = iam.open_user(&call, input.user_name).await?;
    let login = user.login.as_ref().ok_or_else(|| missing(&user.name))?;
    Ok(api::GetLoginProfileResponse {
        login_profile: Some(shown(&user.name, login)),
    })
}

pub(crate) async fn update_login_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateLoginProfileRequest,
) -> Result<Empty, Failure> {
    let name = &iam.open_user(&call, input.user_name).await?.name;
    let hash = match input.password {
        Some(password) => {
            check(&iam, &call, &password).await?;
            Some(iam.hash_password(password).await?)
        }
        None => None,
    };
    set(&iam, &call, name, hash.as_deref(), input.password_reset_required).await
}

async fn set(
    iam: &Iam,
    call: &Call,
    name: &str,
    hash: Option<&str>,
    reset_required: Option<bool>,
) -> Result<Empty, Failure> {
    let account = &call.account;
    iam.platform
        .write(call, |txn| async move {
            let mut user = current::<User>(&txn, account, name).await?;
            let login = user.login.as_mut().ok_or_else(|| missing(name))?;
            if let Some(hash) = hash {
                hash.clone_into(&mut login.password_hash);
            }
            login.reset_required = reset_required.unwrap_or(login.reset_required);
            save(&txn, account, &user).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_login_profile(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteLoginProfileRequest,
) -> Result<Empty, Failure> {
    let name = &iam.open_user(&call, input.user_name).await?.name;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let mut user = current::<User>(&txn, account, name).await?;
            user.login.take().ok_or_else(|| missing(name))?;
            save(&txn, account, &user).await?;
            Ok(Empty::default())
        })
        .await
}

/// A user changes its own password and must know the old one.
pub(crate) async fn change_password(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ChangePasswordRequest,
) -> Result<Empty, Failure> {
    let Some(name) = Iam::own_name(&call)? else {
        return Err(ErrorCode::InvalidUserTypeException
            .with("Only IAM Users can change their own password")
            .into());
    };
    let user = iam.open::<User>(&call, &name).await?;
    let hash = user
        .login
        .as_ref()
        .ok_or_else(|| missing(&name))?
        .password_hash
        .clone();
    if !iam.is_password(required(input.old_password), hash).await? {
        let message = "The old password was incorrect.";
        return Err(haechi_core::access_denied(call.service, message).into());
    }
    let password = required(input.new_password);
    check(&iam, &call, &password).await?;
    let hash = iam.hash_password(password).await?;
    set(&iam, &call, &name, Some(&hash), Some(false)).await
}
