//! AssociateDistributionWebACL, DisassociateDistributionWebACL: the web ACL alone, the rest of the configuration as it
//! is. The version need not be named.

use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::touch;
use haechi_wire::Shape;

use crate::access::{current, current_version};
use crate::model::distribution::Distribution;
use crate::store::{DISTRIBUTIONS, scope};
use crate::{CloudFront, identifiers};

pub(crate) async fn associate_distribution_web_acl(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::AssociateDistributionWebACLRequest,
) -> Result<api::AssociateDistributionWebACLResult, Failure> {
    let id = input.id.unwrap_or_default();
    let web_acl = input.web_acl_arn.unwrap_or_default();
    cloudfront
        .set_web_acl(&call, &id, input.if_match.as_deref(), &web_acl, |changed| {
            api::AssociateDistributionWebACLResult {
                id: Some(changed.id.clone()),
                web_acl_arn: changed.config.web_acl_id.clone(),
                e_tag: Some(changed.etag.clone()),
            }
        })
        .await
}

pub(crate) async fn disassociate_distribution_web_acl(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::DisassociateDistributionWebACLRequest,
) -> Result<api::DisassociateDistributionWebACLResult, Failure> {
    let id = input.id.unwrap_or_default();
    cloudfront
        .set_web_acl(&call, &id, input.if_match.as_deref(), "", |changed| {
            api::DisassociateDistributionWebACLResult {
                id: Some(changed.id.clone()),
                e_tag: Some(changed.etag.clone()),
            }
        })
        .await
}

impl CloudFront {
    /// Gives the distribution a web ACL, or none for an empty text.
    async fn set_web_acl<O: Shape>(
        &self,
        call: &Call,
        id: &str,
        if_match: Option<&str>,
        web_acl: &str,
        answer: impl Fn(&Distribution) -> O + Send + Sync,
    ) -> Result<O, Failure> {
        self.open(call, id).await?;
        let etag = &identifiers::distribution(&*self.platform.random);
        let answer = &answer;
        self.platform
            .write(call, |txn| async move {
                let mut distribution = match if_match {
                    Some(version) => current_version(&txn, call, id, Some(version)).await?,
                    None => current(&txn, call, id).await?,
                };
                distribution.config.web_acl_id = Some(web_acl.to_owned());
                distribution.etag.clone_from(etag);
                distribution.modified_ms = call.time.as_millis();
                self.guard(&txn, &distribution).await?;
                txn.put(&DISTRIBUTIONS, &scope(&call.account), id, &distribution)
                    .await?;
                touch(&txn).await?;
                Ok(answer(&distribution))
            })
            .await
    }
}
