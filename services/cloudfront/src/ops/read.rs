//! GetDistribution, GetDistributionConfig.

use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_core::{Call, Failure};

use crate::CloudFront;
use crate::model::distribution::Status;

pub(crate) async fn distribution(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::GetDistributionRequest,
) -> Result<api::GetDistributionResult, Failure> {
    let found = cloudfront.open(&call, &input.id.unwrap_or_default()).await?;
    Ok(api::GetDistributionResult {
        distribution: Some(found.shown(Status::Deployed)),
        e_tag: Some(found.etag.clone()),
    })
}

pub(crate) async fn distribution_config(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::GetDistributionConfigRequest,
) -> Result<api::GetDistributionConfigResult, Failure> {
    let found = cloudfront.open(&call, &input.id.unwrap_or_default()).await?;
    Ok(api::GetDistributionConfigResult {
        distribution_config: Some(found.config.0.clone()),
        e_tag: Some(found.etag.clone()),
    })
}
