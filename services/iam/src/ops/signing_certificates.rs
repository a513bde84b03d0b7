//! Signing certificates of users: X.509, two for each user.
//!
//! Follows the IAM API reference, "UploadSigningCertificate" and its siblings. A user that is not there wins over a
//! certificate that cannot be read, and that over the limit.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_api_iam::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::{change_user, required};
use crate::certificates::Certificate;
use crate::model::belongings::SigningCertificate;
use crate::paging::PageRequest;
use crate::{Iam, answer, error, unique_id};

/// The most certificates of one user.
const MAX_CERTIFICATES: usize = 2;

fn missing(id: &str) -> Failure {
    error::no_such_entity(format!("The Certificate with id {id} cannot be found."))
}

fn shown(user: &str, certificate: &SigningCertificate) -> api::SigningCertificate {
    api::SigningCertificate {
        user_name: Some(user.to_owned()),
        certificate_id: Some(certificate.id.clone()),
        certificate_body: Some(certificate.body.clone()),
        status: Some(answer::status(certificate.active)),
        upload_date: answer::date(certificate.uploaded_ms),
    }
}

pub(crate) async fn upload_signing_certificate(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UploadSigningCertificateRequest,
) -> Result<api::UploadSigningCertificateResponse, Failure> {
    let name = iam.open_user(&call, input.user_name).await?.name.clone();
    let body = required(input.certificate_body);
    let parsed = &Certificate::parse(&body).ok_or_else(|| {
        ErrorCode::MalformedCertificateException.with(format!("Certificate {body} is malformed."))
    })?;
    let certificate = &SigningCertificate {
        id: unique_id::certificate(&*iam.platform.random),
        body,
        active: true,
        uploaded_ms: call.time.as_millis(),
    };
    change_user(&iam, &call, &name, |user| {
        let known = &mut user.belongings.signing_certificates;
        let same = |own: &SigningCertificate| Certificate::parse(&own.body).as_ref() == Some(parsed);
        if let Some(same) = known.iter().find(|own| same(own)) {
            let message = format!("The Certificate with id {} already exists.", same.id);
            return Err(ErrorCode::DuplicateCertificateException.with(message).into());
        }
        if known.len() >= MAX_CERTIFICATES {
            return Err(error::quota("CertificatesPerUser", MAX_CERTIFICATES));
        }
        known.push(certificate.clone());
        Ok(api::UploadSigningCertificateResponse {
            certificate: Some(shown(&user.name, certificate)),
        })
    })
    .await
}

pub(crate) async fn list_signing_certificates(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListSigningCertificatesRequest,
) -> Result<api::ListSigningCertificatesResponse, Failure> {
    let user = iam.open_user(&call, input.user_name).await?;
    let mut certificates = user.belongings.signing_certificates.clone();
    certificates.sort_by(|a, b| a.id.cmp(&b.id));
    let page =
        PageRequest::parse(input.marker.as_deref(), input.max_items)?.of(certificates, |own| own.id.clone());
    Ok(api::ListSigningCertificatesResponse {
        is_truncated: Some(page.is_truncated()),
        certificates: Some(page.items.iter().map(|own| shown(&user.name, own)).collect()),
        marker: page.marker,
    })
}

pub(crate) async fn update_signing_certificate(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::UpdateSigningCertificateRequest,
) -> Result<Empty, Failure> {
    let name = iam.open_user(&call, input.user_name).await?.name.clone();
    let id = &required(input.certificate_id);
    let active = answer::active(input.status)?;
    change_user(&iam, &call, &name, |user| {
        let known = &mut user.belongings.signing_certificates;
        let found = known
            .iter_mut()
            .find(|own| own.id == *id)
            .ok_or_else(|| missing(id))?;
        found.active = active;
        Ok(Empty::default())
    })
    .await
}

pub(crate) async fn delete_signing_certificate(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteSigningCertificateRequest,
) -> Result<Empty, Failure> {
    let name = iam.open_user(&call, input.user_name).await?.name.clone();
    let id = &required(input.certificate_id);
    change_user(&iam, &call, &name, |user| {
        let known = &mut user.belongings.signing_certificates;
        let at = known
            .iter()
            .position(|own| own.id == *id)
            .ok_or_else(|| missing(id))?;
        known.remove(at);
        Ok(Empty::default())
    })
    .await
}
