//! ListTagsForResource, TagResource, UntagResource, by ARN.

use std::sync::Arc;

use haechi_api_appsync as api;
use haechi_core::{Arn, Call, Failure};

use crate::tags::{self, Tags};
use crate::{AppSync, error};

pub(crate) async fn list_tags_for_resource(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::ListTagsForResourceRequest,
) -> Result<api::ListTagsForResourceResponse, Failure> {
    let api = appsync
        .open(&call, &parse(&call, input.resource_arn)?, "")
        .await?;
    Ok(api::ListTagsForResourceResponse {
        tags: api.shown.tags.clone(),
    })
}

pub(crate) async fn tag_resource(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<api::TagResourceResponse, Failure> {
    let id = parse(&call, input.resource_arn)?;
    let new = tags::from_request(input.tags)?;
    appsync.open_for_tags(&call, &id, "", &new, &[]).await?;
    appsync
        .change(&call, &id, |api| {
            tags::add(api.shown.tags.get_or_insert_default(), &new)?;
            Ok(api::TagResourceResponse::default())
        })
        .await
}

pub(crate) async fn untag_resource(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<api::UntagResourceResponse, Failure> {
    let id = parse(&call, input.resource_arn)?;
    let keys = input.tag_keys.unwrap_or_default();
    appsync.open_for_tags(&call, &id, "", &Tags::new(), &keys).await?;
    appsync
        .change(&call, &id, |api| {
            let present = api.shown.tags.get_or_insert_default();
            present.retain(|key, _| !keys.contains(key));
            Ok(api::UntagResourceResponse::default())
        })
        .await
}

/// The id of the API that an ARN names.
fn parse(call: &Call, resource: Option<String>) -> Result<String, Failure> {
    let text = resource.unwrap_or_default();
    let arn = Arn::parse(&text).filter(|arn| {
        arn.service() == "appsync"
            && arn.region() == call.region.as_str()
            && arn.account() == call.account.as_str()
    });
    let id = arn.as_ref().and_then(|arn| arn.resource().strip_prefix("apis/"));
    id.map(str::to_owned)
        .ok_or_else(|| error::bad_request(format!("Invalid ARN: {text}")))
}
