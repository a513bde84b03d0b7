//! SSH public keys of users.
//!
//! Follows the IAM API reference, "UploadSSHPublicKey" and its siblings: RSA of at least 2,048 bits, in `ssh-rsa` or
//! PEM form, five for each user, none twice.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_api_iam::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::{change_user, required};
use crate::model::belongings::SshPublicKey;
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::rsa_public_key::RsaPublicKey;
use crate::{Iam, answer, error, unique_id};

/// The most keys of one user.
const MAX_KEYS: usize = 5;

fn missing(id: &str) -> Failure {
    error::no_such_entity(format!("The Public Key with id {id} cannot be found."))
}

fn shown(user: &str, key: &SshPublicKey, body: String) -> api::SSHPublicKey {
    api::SSHPublicKey {
        user_name: Some(user.to_owned()),
        ssh_public_key_id: Some(key.id.clone()),
        fingerprint: Some(key.fingerprint.clone()),
        ssh_public_key_body: Some(body),
        status: Some(answer::status(key.active)),
        upload_date: answer::date(key.uploaded_ms),
    }
}

pub(crate) async fn upload_ssh_public_key(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UploadSSHPublicKeyRequest,
) -> Result<api::UploadSSHPublicKeyResponse, Failure> {
    let name = iam
        .open::<User>(&call, &required(input.user_name))
        .await?
        .name
        .clone();
    let body = required(input.ssh_public_key_body);
    let parsed = RsaPublicKey::parse(&body)
        .ok_or_else(|| ErrorCode::InvalidPublicKeyException.with("The public key is invalid."))?;
    let key = &SshPublicKey {
        id: unique_id::fresh(&*iam.platform.random, unique_id::PUBLIC_KEY),
        body,
        fingerprint: parsed.fingerprint(),
        active: true,
        uploaded_ms: call.time.as_millis(),
    };
    change_user(&iam, &call, &name, |user| {
        let keys = &mut user.belongings.ssh_public_keys;
        if keys.iter().any(|known| known.fingerprint == key.fingerprint) {
            let message = "The SSH public key is already associated with the specified IAM user.";
            return Err(ErrorCode::DuplicateSSHPublicKeyException.with(message).into());
        }
        if keys.len() >= MAX_KEYS {
            return Err(error::quota("SSHPublicKeysPerUser", MAX_KEYS));
        }
        keys.push(key.clone());
        Ok(api::UploadSSHPublicKeyResponse {
            ssh_public_key: Some(shown(&user.name, key, key.body.clone())),
        })
    })
    .await
}

pub(crate) async fn get_ssh_public_key(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetSSHPublicKeyRequest,
) -> Result<api::GetSSHPublicKeyResponse, Failure> {
    let user = iam.open::<User>(&call, &required(input.user_name)).await?;
    let id = required(input.ssh_public_key_id);
    let key = user.belongings.ssh_public_keys.iter().find(|key| key.id == id);
    let key = key.ok_or_else(|| missing(&id))?;
    let parsed = RsaPublicKey::parse(&key.body).ok_or_else(|| Failure::internal("a key that was checked"))?;
    let is_pem = key.body.trim_start().starts_with("-----");
    let body = match (input.encoding, is_pem) {
        (Some(api::EncodingType::Pem), false) => parsed.to_pem(),
        (Some(api::EncodingType::Ssh), true) => parsed.to_ssh(),
        (Some(api::EncodingType::Pem | api::EncodingType::Ssh), _) => key.body.clone(),
        _ => {
            let message = "The encoding must be SSH or PEM.";
            return Err(ErrorCode::UnrecognizedPublicKeyEncodingException
                .with(message)
                .into());
        }
    };
    Ok(api::GetSSHPublicKeyResponse {
        ssh_public_key: Some(shown(&user.name, key, body)),
    })
}

pub(crate) async fn list_ssh_public_keys(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListSSHPublicKeysRequest,
) -> Result<api::ListSSHPublicKeysResponse, Failure> {
    let user = iam.open_user(&call, input.user_name).await?;
    let mut keys = user.belongings.ssh_public_keys.clone();
    keys.sort_by(|a, b| a.id.cmp(&b.id));
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(keys, |key| key.id.clone());
    Ok(api::ListSSHPublicKeysResponse {
        is_truncated: Some(page.is_truncated()),
        ssh_public_keys: Some(
            page.items
                .into_iter()
                .map(|key| api::SSHPublicKeyMetadata {
                    user_name: Some(user.name.clone()),
                    ssh_public_key_id: Some(key.id),
                    status: Some(answer::status(key.active)),
                    upload_date: answer::date(key.uploaded_ms),
                })
                .collect(),
        ),
        marker: page.marker,
    })
}

pub(crate) async fn update_ssh_public_key(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateSSHPublicKeyRequest,
) -> Result<Empty, Failure> {
    let name = iam
        .open::<User>(&call, &required(input.user_name))
        .await?
        .name
        .clone();
    let id = &required(input.ssh_public_key_id);
    let active = answer::active(input.status)?;
    change_user(&iam, &call, &name, |user| {
        let keys = &mut user.belongings.ssh_public_keys;
        let key = keys
            .iter_mut()
            .find(|key| key.id == *id)
            .ok_or_else(|| missing(id))?;
        key.active = active;
        Ok(Empty::default())
    })
    .await
}

pub(crate) async fn delete_ssh_public_key(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteSSHPublicKeyRequest,
) -> Result<Empty, Failure> {
    let name = iam
        .open::<User>(&call, &required(input.user_name))
        .await?
        .name
        .clone();
    let id = &required(input.ssh_public_key_id);
    change_user(&iam, &call, &name, |user| {
        let keys = &mut user.belongings.ssh_public_keys;
        let at = keys
            .iter()
            .position(|key| key.id == *id)
            .ok_or_else(|| missing(id))?;
        keys.remove(at);
        Ok(Empty::default())
    })
    .await
}
