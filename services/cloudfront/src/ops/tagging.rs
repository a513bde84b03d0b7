//! ListTagsForResource, TagResource, UntagResource, by ARN.

use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Arn, Call, Failure};
use haechi_wire::Empty;

use crate::access::current;
use crate::model::distribution::Distribution;
use crate::store::{DISTRIBUTIONS, scope};
use crate::tags::{self, Tags};
use crate::{CloudFront, error};

pub(crate) async fn list_tags_for_resource(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::ListTagsForResourceRequest,
) -> Result<api::ListTagsForResourceResult, Failure> {
    let id = parse(&call, input.resource)?;
    let found = as_resource(cloudfront.open(&call, &id).await)?;
    Ok(api::ListTagsForResourceResult {
        tags: Some(tags::answer(&found.tags)),
    })
}

pub(crate) async fn tag_resource(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<Empty, Failure> {
    let id = parse(&call, input.resource)?;
    let new = &tags::from_request(input.tags)?;
    as_resource(cloudfront.open_for_tags(&call, &id, new, &[]).await)?;
    cloudfront
        .retag(&call, &id, |it| tags::add(&mut it.tags, new))
        .await
}

pub(crate) async fn untag_resource(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<Empty, Failure> {
    let id = parse(&call, input.resource)?;
    let keys = &input.tag_keys.and_then(|it| it.items).unwrap_or_default();
    as_resource(cloudfront.open_for_tags(&call, &id, &Tags::new(), keys).await)?;
    cloudfront
        .retag(&call, &id, |it| {
            it.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
        .await
}

impl CloudFront {
    async fn retag<F>(&self, call: &Call, id: &str, change: F) -> Result<Empty, Failure>
    where
        F: Fn(&mut Distribution) -> Result<(), Failure> + Send + Sync,
    {
        let change = &change;
        self.platform
            .write(call, |txn| async move {
                let mut distribution = as_resource(current(&txn, call, id).await)?;
                change(&mut distribution)?;
                txn.put(&DISTRIBUTIONS, &scope(&call.account), id, &distribution)
                    .await?;
                Ok(Empty::default())
            })
            .await
    }
}

/// The id of the distribution that an ARN names.
fn parse(call: &Call, resource: Option<String>) -> Result<String, Failure> {
    let text = resource.unwrap_or_default();
    let arn = Arn::parse(&text).filter(|arn| arn.service() == "cloudfront");
    let arn = arn.ok_or_else(|| error::invalid_argument("Invalid ARN"))?;
    if arn.account() != call.account.as_str() {
        return Err(ErrorCode::AccessDenied.with("Access denied.").into());
    }
    let id = arn.resource().strip_prefix("distribution/");
    id.map(str::to_owned)
        .ok_or_else(|| error::refused(ErrorCode::NoSuchResource))
}

/// Tagging knows resources, not distributions.
fn as_resource<T>(found: Result<T, Failure>) -> Result<T, Failure> {
    found.map_err(|failure| match failure {
        Failure::Api(error) if error.code == "NoSuchDistribution" => {
            error::refused(ErrorCode::NoSuchResource)
        }
        other => other,
    })
}
