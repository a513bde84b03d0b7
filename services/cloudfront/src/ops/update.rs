//! UpdateDistribution: the whole configuration anew, of the version that the caller has seen.
//!
//! Errors win in this order: permission, no such distribution, the configuration, the version, the caller reference,
//! alternate names, the web ACL.

use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_dataplane::touch;
use haechi_wire::Stored;

use crate::access::current_version;
use crate::model::distribution::Status;
use crate::ops::create::claim_aliases;
use crate::store::{DISTRIBUTIONS, scope};
use crate::{CloudFront, config, error, identifiers};

pub(crate) async fn update_distribution(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::UpdateDistributionRequest,
) -> Result<api::UpdateDistributionResult, Failure> {
    let id = &input.id.unwrap_or_default();
    cloudfront.open(&call, id).await?;
    let config = &config::accept(input.distribution_config.unwrap_or_default())?;
    let etag = &identifiers::distribution(&*cloudfront.platform.random);
    let (call, cloudfront, if_match) = (&call, &cloudfront, input.if_match.as_deref());
    cloudfront
        .platform
        .write(call, |txn| async move {
            let mut distribution = current_version(&txn, call, id, if_match).await?;
            if distribution.config.caller_reference != config.caller_reference {
                return Err(error::refused(ErrorCode::IllegalUpdate));
            }
            let before = distribution.aliases().to_vec();
            distribution.config = Stored(config.clone());
            distribution.etag.clone_from(etag);
            distribution.modified_ms = call.time.as_millis();
            claim_aliases(&txn, &distribution, &before).await?;
            txn.put(&DISTRIBUTIONS, &scope(&call.account), id, &distribution)
                .await?;
            cloudfront.guard(&txn, &distribution).await?;
            touch(&txn).await?;
            Ok(api::UpdateDistributionResult {
                distribution: Some(distribution.shown(Status::InProgress)),
                e_tag: Some(etag.clone()),
            })
        })
        .await
}
