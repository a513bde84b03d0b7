//! ListTagsForResource, TagResource, UntagResource, by ARN.

use std::sync::Arc;

use haechi_api_cognito_idp as api;
use haechi_core::{Arn, Call, Failure};

use crate::tags::{self, Tags};
use crate::{UserPools, error};

pub(crate) async fn list_tags_for_resource(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::ListTagsForResourceRequest,
) -> Result<api::ListTagsForResourceResponse, Failure> {
    let pool = pools.open(&call, &parse(&call, input.resource_arn)?).await?;
    Ok(api::ListTagsForResourceResponse {
        tags: pool.shown.user_pool_tags.clone(),
    })
}

pub(crate) async fn tag_resource(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<api::TagResourceResponse, Failure> {
    let id = parse(&call, input.resource_arn)?;
    let new = tags::from_request(input.tags)?;
    pools.open_for_tags(&call, &id, &new, &[]).await?;
    pools
        .change(&call, &id, |pool| {
            tags::add(pool.shown.user_pool_tags.get_or_insert_default(), &new)?;
            Ok(api::TagResourceResponse::default())
        })
        .await
}

pub(crate) async fn untag_resource(
    pools: Arc<UserPools>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<api::UntagResourceResponse, Failure> {
    let id = parse(&call, input.resource_arn)?;
    let keys = input.tag_keys.unwrap_or_default();
    pools.open_for_tags(&call, &id, &Tags::new(), &keys).await?;
    pools
        .change(&call, &id, |pool| {
            let present = pool.shown.user_pool_tags.get_or_insert_default();
            present.retain(|key, _| !keys.contains(key));
            Ok(api::UntagResourceResponse::default())
        })
        .await
}

/// The id of the pool that an ARN names.
fn parse(call: &Call, resource: Option<String>) -> Result<String, Failure> {
    let text = resource.unwrap_or_default();
    let arn = Arn::parse(&text).filter(|arn| {
        arn.service() == "cognito-idp"
            && arn.region() == call.region.as_str()
            && arn.account() == call.account.as_str()
    });
    let id = arn
        .as_ref()
        .and_then(|arn| arn.resource().strip_prefix("userpool/"));
    id.map(str::to_owned)
        .ok_or_else(|| error::invalid_parameter(format!("Invalid ARN: {text}")))
}
