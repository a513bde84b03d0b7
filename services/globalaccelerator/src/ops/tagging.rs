//! ListTagsForResource, TagResource, UntagResource: of accelerators, by ARN.

use std::sync::Arc;

use haechi_api_globalaccelerator as api;
use haechi_core::{Call, Failure};

use crate::GlobalAccelerator;
use crate::tags::{self, Tags};

pub(crate) async fn list_tags_for_resource(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::ListTagsForResourceRequest,
) -> Result<api::ListTagsForResourceResponse, Failure> {
    let (_, found) = accelerators
        .open(&call, &input.resource_arn.unwrap_or_default())
        .await?;
    Ok(api::ListTagsForResourceResponse {
        tags: Some(tags::answer(&found.tags)),
    })
}

pub(crate) async fn tag_resource(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<api::TagResourceResponse, Failure> {
    let new = tags::from_request(input.tags)?;
    let arn = input.resource_arn.unwrap_or_default();
    let (place, _) = accelerators.open_for_tags(&call, &arn, &new, &[]).await?;
    accelerators
        .change(&call, &place, |it| {
            tags::add(&mut it.tags, &new)?;
            Ok(api::TagResourceResponse::default())
        })
        .await
}

pub(crate) async fn untag_resource(
    accelerators: Arc<GlobalAccelerator>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<api::UntagResourceResponse, Failure> {
    let keys = input.tag_keys.unwrap_or_default();
    let arn = input.resource_arn.unwrap_or_default();
    let (place, _) = accelerators
        .open_for_tags(&call, &arn, &Tags::new(), &keys)
        .await?;
    accelerators
        .change(&call, &place, |it| {
            it.tags.retain(|key, _| !keys.contains(key));
            Ok(api::UntagResourceResponse::default())
        })
        .await
}
