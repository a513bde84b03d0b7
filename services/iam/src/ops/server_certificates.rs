//! Server certificates: a certificate, its private key and the chain above it, for services that end TLS.
//!
//! Follows the IAM API reference, "UploadServerCertificate" and its siblings. What cannot be read wins over a key that
//! belongs to another certificate, that over a broken chain, and the name over nothing. The key never leaves.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_api_iam::error::ErrorCode;
use haechi_core::{AccountId, Call, Failure};
use haechi_policy::Context;
use haechi_wire::Empty;

use crate::access::{arn, current, insert, path_of, remove, required, save};
use crate::certificates::{BrokenChain, Certificate};
use crate::entity::Entity;
use crate::model::server_certificate::{ServerCertificate, binding};
use crate::paging::PageRequest;
use crate::store::{SERVER_CERTIFICATES, scope};
use crate::{Iam, answer, error, tags, unique_id};

/// The most certificates of one account.
const MAX_CERTIFICATES: usize = 20;

fn malformed(message: impl Into<String>) -> Failure {
    ErrorCode::MalformedCertificateException.with(message).into()
}

fn taken(name: &str) -> Failure {
    error::already_exists(format!("The Server Certificate with name {name} already exists."))
}

/// The certificate, once key and chain belong to it.
fn check(body: &str, key: &str, chain: Option<&str>) -> Result<Certificate, Failure> {
    let certificate = Certificate::parse(body).ok_or_else(|| {
        malformed("Unable to parse certificate. Please ensure the certificate is in PEM format.")
    })?;
    match certificate.has_private_key(key) {
        Some(true) => {}
        Some(false) => {
            let message = "The private key does not match the public key of the certificate.";
            return Err(ErrorCode::KeyPairMismatchException.with(message).into());
        }
        None => {
            return Err(malformed(
                "Unable to parse key; Please ensure the private key is in PEM format and is not encrypted.",
            ));
        }
    }
    if let Some(BrokenChain(at)) = chain.and_then(|chain| certificate.check_chain(chain).err()) {
        return Err(malformed(format!(
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing \
             certificate, followed by any intermediaries in order. The index within the chain of the invalid \
             certificate is: {at}"
        )));
    }
    Ok(certificate)
}

fn metadata(account: &AccountId, certificate: &ServerCertificate) -> api::ServerCertificateMetadata {
    api::ServerCertificateMetadata {
        path: Some(certificate.path.clone()),
        server_certificate_name: Some(certificate.name.clone()),
        server_certificate_id: Some(certificate.id.clone()),
        arn: Some(certificate.arn(account)),
        upload_date: answer::date(certificate.uploaded_ms),
        expiration: answer::date(certificate.expires_ms),
    }
}

pub(crate) async fn upload_server_certificate(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UploadServerCertificateRequest,
) -> Result<api::UploadServerCertificateResponse, Failure> {
    let (name, path) = (required(input.server_certificate_name), path_of(input.path));
    let tags = tags::from_request(input.tags, tags::Case::Kept)?;
    let arn = arn(&call.account, "server-certificate", &path, &name);
    iam.authorize_making(&call, &arn, "iam:TagServerCertificate", &tags, Context::new())
        .await?;
    let (body, key) = (required(input.certificate_body), required(input.private_key));
    let parsed = check(&body, &key, input.certificate_chain.as_deref())?;
    let id = unique_id::fresh(&*iam.platform.random, unique_id::SERVER_CERTIFICATE);
    let account = &call.account;
    let certificate = &ServerCertificate {
        private_key: iam.seal(account, &binding(account, &id), key.as_bytes()).await?,
        name,
        path,
        id,
        // Kept without the line's end behind them: Terraform compares what it gave with what it reads.
        body: body.trim().to_owned(),
        chain: input.certificate_chain.map(|chain| chain.trim().to_owned()),
        expires_ms: parsed.expires_ms,
        uploaded_ms: call.time.as_millis(),
        tags,
    };
    iam.platform
        .write(&call, |txn| async move {
            let all = txn.list_locked(&SERVER_CERTIFICATES, &scope(account)).await?;
            if !insert(&txn, account, certificate).await? {
                return Err(taken(&certificate.name));
            }
            if all.len() >= MAX_CERTIFICATES {
                return Err(error::quota("ServerCertificatesPerAccount", MAX_CERTIFICATES));
            }
            Ok(api::UploadServerCertificateResponse {
                server_certificate_metadata: Some(metadata(account, certificate)),
                tags: tags::answer_if_any(&certificate.tags),
            })
        })
        .await
}

pub(crate) async fn get_server_certificate(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetServerCertificateRequest,
) -> Result<api::GetServerCertificateResponse, Failure> {
    let name = required(input.server_certificate_name);
    let found = iam.open::<ServerCertificate>(&call, &name).await?;
    Ok(api::GetServerCertificateResponse {
        server_certificate: Some(api::ServerCertificate {
            server_certificate_metadata: Some(metadata(&call.account, &found)),
            certificate_body: Some(found.body.clone()),
            certificate_chain: found.chain.clone(),
            tags: Some(tags::answer(&found.tags)),
        }),
    })
}

pub(crate) async fn list_server_certificates(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListServerCertificatesRequest,
) -> Result<api::ListServerCertificatesResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let prefix = path_of(input.path_prefix);
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .scan(
            &iam.platform.store,
            &SERVER_CERTIFICATES,
            &scope(&call.account),
            |certificate| certificate.path.starts_with(&prefix),
        )
        .await?;
    let shown = page.items.iter().map(|own| metadata(&call.account, own));
    Ok(api::ListServerCertificatesResponse {
        server_certificate_metadata_list: Some(shown.collect()),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
}

pub(crate) async fn update_server_certificate(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateServerCertificateRequest,
) -> Result<Empty, Failure> {
    let name = &required(input.server_certificate_name);
    let before = iam.open::<ServerCertificate>(&call, name).await?;
    let mut after = before.as_ref().clone();
    after.name = input.new_server_certificate_name.unwrap_or(after.name);
    after.path = input.new_path.unwrap_or(after.path);
    // The new name must be the caller's to give as well.
    iam.authorize(&call, &after.arn(&call.account), Context::new())
        .await?;
    let (after, account) = (&after, &call.account);
    iam.platform
        .write(&call, |txn| async move {
            let old = current::<ServerCertificate>(&txn, account, name).await?;
            let new = ServerCertificate {
                name: after.name.clone(),
                path: after.path.clone(),
                ..old.clone()
            };
            if old.own_id() == new.own_id() {
                save(&txn, account, &new).await?;
            } else {
                if !insert(&txn, account, &new).await? {
                    return Err(taken(&new.name));
                }
                remove(&txn, account, &old).await?;
            }
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn delete_server_certificate(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteServerCertificateRequest,
) -> Result<Empty, Failure> {
    let name = &required(input.server_certificate_name);
    iam.open::<ServerCertificate>(&call, name).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let found = current::<ServerCertificate>(&txn, account, name).await?;
            remove(&txn, account, &found).await?;
            Ok(Empty::default())
        })
        .await
}
