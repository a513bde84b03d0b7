//! Certificates of a listener beside its default one, chosen by the name that a client asks for.

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::{Call, Failure};

use crate::find::{current, save};
use crate::model::listener::Listener;
use crate::ops::limits::MOST_CERTIFICATES;
use crate::ops::listeners::certificates;
use crate::paging::PageRequest;
use crate::{LoadBalancing, error};

pub(crate) async fn add_listener_certificates(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::AddListenerCertificatesInput,
) -> Result<api::AddListenerCertificatesOutput, Failure> {
    let arn = &input.listener_arn.unwrap_or_default();
    elbv2.open::<Listener>(&call, arn).await?;
    let new = &certificates(input.certificates)?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<Listener>(&txn, call, arn).await?;
            if !changed.is_secure() {
                let message = "Certificates can only be added to HTTPS and TLS listeners";
                return Err(error::configuration(message));
            }
            for certificate in new {
                if !changed.certificates.contains(certificate) {
                    changed.certificates.push(certificate.clone());
                }
            }
            // The default one doesn't count.
            if changed.certificates.len() > MOST_CERTIFICATES + 1 {
                let message = "The maximum number of certificates has been reached for this load balancer";
                return Err(error::refuse(ErrorCode::TooManyCertificatesException, message));
            }
            save(&txn, call, &changed).await?;
            let added = new
                .iter()
                .map(|arn| shown(arn, changed.certificates.first() == Some(arn)));
            Ok(api::AddListenerCertificatesOutput {
                certificates: Some(added.collect()),
            })
        })
        .await
}

fn shown(arn: &str, is_default: bool) -> api::Certificate {
    api::Certificate {
        certificate_arn: Some(arn.to_owned()),
        is_default: Some(is_default),
    }
}

pub(crate) async fn remove_listener_certificates(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::RemoveListenerCertificatesInput,
) -> Result<api::RemoveListenerCertificatesOutput, Failure> {
    let arn = &input.listener_arn.unwrap_or_default();
    elbv2.open::<Listener>(&call, arn).await?;
    let gone = &certificates(input.certificates)?;
    let call = &call;
    elbv2
        .platform
        .write(call, |txn| async move {
            let mut changed = current::<Listener>(&txn, call, arn).await?;
            if changed
                .certificates
                .first()
                .is_some_and(|default| gone.contains(default))
            {
                return Err(error::not_permitted("The default certificate cannot be removed"));
            }
            changed.certificates.retain(|known| !gone.contains(known));
            save(&txn, call, &changed).await?;
            Ok(api::RemoveListenerCertificatesOutput::default())
        })
        .await
}

pub(crate) async fn describe_listener_certificates(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeListenerCertificatesInput,
) -> Result<api::DescribeListenerCertificatesOutput, Failure> {
    let arn = input.listener_arn.unwrap_or_default();
    let listener = elbv2.read::<Listener>(&call, &arn).await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.page_size)?;
    let numbered: Vec<(usize, String)> = listener.certificates.iter().cloned().enumerate().collect();
    let (found, next_marker) = page.of(numbered, |(number, _)| format!("{number:06}"));
    Ok(api::DescribeListenerCertificatesOutput {
        certificates: Some(
            found
                .iter()
                .map(|(number, arn)| shown(arn, *number == 0))
                .collect(),
        ),
        next_marker,
    })
}
