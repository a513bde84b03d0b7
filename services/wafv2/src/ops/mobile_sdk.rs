//! ListMobileSdkReleases, GetMobileSdkRelease, GenerateMobileSdkReleaseUrl: AWS's own software for mobile
//! applications, which is not ours to give. There are no releases here.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};

use crate::{Waf, error};

pub(crate) async fn list_mobile_sdk_releases(
    waf: Arc<Waf>,
    call: Arc<Call>,
    _: api::ListMobileSdkReleasesRequest,
) -> Result<api::ListMobileSdkReleasesResponse, Failure> {
    waf.permit(&call).await?;
    Ok(api::ListMobileSdkReleasesResponse {
        release_summaries: Some(Vec::new()),
        next_marker: None,
    })
}

pub(crate) async fn get_mobile_sdk_release(
    waf: Arc<Waf>,
    call: Arc<Call>,
    _: api::GetMobileSdkReleaseRequest,
) -> Result<api::GetMobileSdkReleaseResponse, Failure> {
    waf.permit(&call).await?;
    Err(error::nonexistent().into())
}

pub(crate) async fn generate_mobile_sdk_release_url(
    waf: Arc<Waf>,
    call: Arc<Call>,
    _: api::GenerateMobileSdkReleaseUrlRequest,
) -> Result<api::GenerateMobileSdkReleaseUrlResponse, Failure> {
    waf.permit(&call).await?;
    Err(error::nonexistent().into())
}
