//! Service-specific credentials: a password, or an API key, that one service alone takes.
//!
//! Follows the IAM API reference, "CreateServiceSpecificCredential" and its siblings: two for each service and user.
//! The secret is shown when it is made or reset, and never again.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{AccountId, Call, Failure, Random, Timestamp};
use haechi_policy::Context;
use haechi_wire::Empty;

use crate::access::{change_user, required};
use crate::model::belongings::{ServiceCredential, service_binding};
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::store::{USERS, scope};
use crate::{Iam, answer, error, unique_id};

/// The most credentials of one user for one service.
const MAX_CREDENTIALS: usize = 2;
const DAY_MS: i64 = 86_400_000;
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What a service takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A user name and a password.
    Password,
    /// An API key, which may end.
    ApiKey,
}

fn kind_of(service: &str) -> Result<Kind, Failure> {
    match service {
        "codecommit.amazonaws.com" | "cassandra.amazonaws.com" => Ok(Kind::Password),
        "bedrock.amazonaws.com" => Ok(Kind::ApiKey),
        _ => Err(error::no_such_entity(format!(
            "No such service {service} is supported for Service Specific Credentials"
        ))),
    }
}

fn missing(id: &str) -> Failure {
    error::no_such_entity(format!("No such credential {id} exists"))
}

/// A fresh secret of a service.
fn fresh_secret(kind: Kind, name: &str, random: &dyn Random) -> String {
    use base64::Engine;
    match kind {
        Kind::Password => format!("{}=", random.text(42, SECRET_ALPHABET)),
        Kind::ApiKey => {
            let key = format!("{name}:{}", random.text(44, SECRET_ALPHABET));
            let key = base64::engine::general_purpose::STANDARD.encode(key);
            format!("ABSK{key}")
        }
    }
}

/// The name under which a service knows a user: the second credential has a number.
fn fresh_name(user: &User, service: &str, account: &AccountId) -> String {
    let taken = |name: &str| {
        let mut known = user.belongings.service_credentials.iter();
        known.any(|known| known.service == service && known.name == name)
    };
    let first = format!("{}-at-{account}", user.name);
    if !taken(&first) {
        return first;
    }
    let mut numbered = (1..).map(|number| format!("{}+{number}-at-{account}", user.name));
    numbered.find(|name| !taken(name)).unwrap_or(first)
}

fn status(credential: &ServiceCredential, now: Timestamp) -> api::StatusType {
    match credential.expires_ms {
        Some(end) if end <= now.as_millis() => api::StatusType::Expired,
        _ => answer::status(credential.active),
    }
}

fn shown(
    user: &str,
    credential: &ServiceCredential,
    secret: &str,
    now: Timestamp,
) -> Result<api::ServiceSpecificCredential, Failure> {
    let base = api::ServiceSpecificCredential {
        create_date: answer::date(credential.created_ms),
        expiration_date: credential.expires_ms.and_then(answer::date),
        service_name: Some(credential.service.clone()),
        service_specific_credential_id: Some(credential.id.clone()),
        user_name: Some(user.to_owned()),
        status: Some(status(credential, now)),
        ..api::ServiceSpecificCredential::default()
    };
    Ok(match kind_of(&credential.service)? {
        Kind::Password => api::ServiceSpecificCredential {
            service_user_name: Some(credential.name.clone()),
            service_password: Some(secret.to_owned()),
            ..base
        },
        Kind::ApiKey => api::ServiceSpecificCredential {
            service_credential_alias: Some(credential.name.clone()),
            service_credential_secret: Some(secret.to_owned()),
            ..base
        },
    })
}

pub(crate) async fn create_service_specific_credential(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateServiceSpecificCredentialRequest,
) -> Result<api::CreateServiceSpecificCredentialResponse, Failure> {
    let user = iam.open::<User>(&call, &required(input.user_name)).await?;
    let service = &required(input.service_name);
    let kind = kind_of(service)?;
    let days = input.credential_age_days.map(i64::from);
    if days.is_some() && kind == Kind::Password {
        return Err(error::validation(format!(
            "CredentialAgeDays is not supported for {service}"
        )));
    }
    let (account, now) = (&call.account, call.time.as_millis());
    let name = fresh_name(&user, service, account);
    let secret = &fresh_secret(kind, &name, &*iam.platform.random);
    let id = unique_id::fresh(&*iam.platform.random, unique_id::SERVICE_CREDENTIAL);
    let credential = &ServiceCredential {
        secret: iam
            .seal(account, &service_binding(account, &id), secret.as_bytes())
            .await?,
        id,
        service: service.clone(),
        name,
        active: true,
        created_ms: now,
        expires_ms: days.map(|days| now + days * DAY_MS),
    };
    change_user(&iam, &call, &user.name, |user| {
        let known = &mut user.belongings.service_credentials;
        if known.iter().filter(|known| known.service == *service).count() >= MAX_CREDENTIALS {
            return Err(error::quota("ServiceSpecificCredentialsPerUser", MAX_CREDENTIALS));
        }
        known.push(credential.clone());
        Ok(api::CreateServiceSpecificCredentialResponse {
            service_specific_credential: Some(shown(&user.name, credential, secret, call.time)?),
        })
    })
    .await
}

pub(crate) async fn list_service_specific_credentials(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListServiceSpecificCredentialsRequest,
) -> Result<api::ListServiceSpecificCredentialsResponse, Failure> {
    let users: Vec<Arc<User>> = if input.all_users == Some(true) {
        iam.authorize(&call, "*", Context::new()).await?;
        let scope = scope(&call.account);
        let all = iam.platform.store.list(&USERS, &scope, None, ALL).await?;
        all.into_iter().map(|(_, user)| user).collect()
    } else {
        vec![iam.open_user(&call, input.user_name).await?]
    };
    if let Some(service) = &input.service_name {
        kind_of(service)?;
    }
    let mut found = Vec::new();
    for user in &users {
        for credential in &user.belongings.service_credentials {
            if input
                .service_name
                .as_ref()
                .is_none_or(|wanted| *wanted == credential.service)
            {
                found.push(listed(&user.name, credential, call.time)?);
            }
        }
    }
    let id = |found: &api::ServiceSpecificCredentialMetadata| {
        found.service_specific_credential_id.clone().unwrap_or_default()
    };
    found.sort_by_key(id);
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(found, id);
    Ok(api::ListServiceSpecificCredentialsResponse {
        is_truncated: Some(page.is_truncated()),
        service_specific_credentials: Some(page.items),
        marker: page.marker,
    })
}

fn listed(
    user: &str,
    credential: &ServiceCredential,
    now: Timestamp,
) -> Result<api::ServiceSpecificCredentialMetadata, Failure> {
    let name = Some(credential.name.clone());
    let (user_name, alias) = match kind_of(&credential.service)? {
        Kind::Password => (name, None),
        Kind::ApiKey => (None, name),
    };
    Ok(api::ServiceSpecificCredentialMetadata {
        user_name: Some(user.to_owned()),
        status: Some(status(credential, now)),
        service_user_name: user_name,
        service_credential_alias: alias,
        create_date: answer::date(credential.created_ms),
        expiration_date: credential.expires_ms.and_then(answer::date),
        service_specific_credential_id: Some(credential.id.clone()),
        service_name: Some(credential.service.clone()),
    })
}

/// The credential of a user, to be changed.
fn own<'a>(user: &'a mut User, id: &str) -> Result<&'a mut ServiceCredential, Failure> {
    let mut known = user.belongings.service_credentials.iter_mut();
    known.find(|known| known.id == id).ok_or_else(|| missing(id))
}

pub(crate) async fn update_service_specific_credential(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateServiceSpecificCredentialRequest,
) -> Result<Empty, Failure> {
    let name = iam.open_user(&call, input.user_name).await?.name.clone();
    let id = required(input.service_specific_credential_id);
    let active = answer::active(input.status)?;
    change_user(&iam, &call, &name, |user| {
        own(user, &id)?.active = active;
        Ok(Empty::default())
    })
    .await
}

pub(crate) async fn reset_service_specific_credential(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ResetServiceSpecificCredentialRequest,
) -> Result<api::ResetServiceSpecificCredentialResponse, Failure> {
    let user = iam.open_user(&call, input.user_name).await?;
    let id = &required(input.service_specific_credential_id);
    let mut known = user.belongings.service_credentials.iter();
    let before = known.find(|known| known.id == *id).ok_or_else(|| missing(id))?;
    let account = &call.account;
    let secret = &fresh_secret(kind_of(&before.service)?, &before.name, &*iam.platform.random);
    let sealed = &iam
        .seal(account, &service_binding(account, id), secret.as_bytes())
        .await?;
    change_user(&iam, &call, &user.name, |user| {
        let name = user.name.clone();
        let credential = own(user, id)?;
        credential.secret = sealed.clone();
        Ok(api::ResetServiceSpecificCredentialResponse {
            service_specific_credential: Some(shown(&name, credential, secret, call.time)?),
        })
    })
    .await
}

pub(crate) async fn delete_service_specific_credential(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteServiceSpecificCredentialRequest,
) -> Result<Empty, Failure> {
    let name = iam.open_user(&call, input.user_name).await?.name.clone();
    let id = &required(input.service_specific_credential_id);
    change_user(&iam, &call, &name, |user| {
        own(user, id)?;
        user.belongings
            .service_credentials
            .retain(|known| known.id != *id);
        Ok(Empty::default())
    })
    .await
}
