//! TagResource, UntagResource, ListTagsForResource.
//!
//! Tags are no part of what lock tokens guard. Order of errors: ARN, tags, permission, existence, number of tags.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_wire::Shape;

use crate::authz::RequestTags;
use crate::model::entity::Tags;
use crate::model::name::FullName;
use crate::{Waf, error, paging, store, tags};

pub(crate) async fn tag_resource(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<api::TagResourceResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    let given = tags::from_request(input.tags)?;
    let request = RequestTags {
        given: Some(&given),
        taken: &[],
    };
    waf.own_for(&call, &name, &call.action(), request).await?;
    waf.retag(&call, &name, |tags| tags.extend(given.clone())).await
}

pub(crate) async fn untag_resource(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<api::UntagResourceResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    let taken = input.tag_keys.unwrap_or_default();
    let request = RequestTags {
        given: None,
        taken: &taken,
    };
    waf.own_for(&call, &name, &call.action(), request).await?;
    waf.retag(&call, &name, |tags| tags.retain(|key, _| !taken.contains(key)))
        .await
}

pub(crate) async fn list_tags_for_resource(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListTagsForResourceRequest,
) -> Result<api::ListTagsForResourceResponse, Failure> {
    let name = named(&call, input.resource_arn)?;
    let entity = waf.own(&call, &name).await?;
    let marker = input.next_marker.as_deref();
    let (page, last) = paging::page(&entity.tags, |(key, _)| key.as_str(), marker, input.limit);
    // Unlike the lists of names, this one ends with its last page.
    let next_marker = last.filter(|last| entity.tags.keys().next_back() != Some(last));
    Ok(api::ListTagsForResourceResponse {
        next_marker,
        tag_info_for_resource: Some(api::TagInfoForResource {
            resource_arn: Some(name.arn()),
            tag_list: Some(tags::list(page)),
        }),
    })
}

fn named(call: &Call, arn: Option<String>) -> Result<FullName, Failure> {
    let arn = arn.unwrap_or_default();
    FullName::parse(&arn)
        .filter(|name| name.region == call.region)
        .ok_or_else(|| error::bad_arn(&arn).into())
}

impl Waf {
    async fn retag<O: Shape>(
        &self,
        call: &Call,
        name: &FullName,
        change: impl Fn(&mut Tags) + Send + Sync,
    ) -> Result<O, Failure> {
        let change = &change;
        self.platform
            .write(call, |txn| async move {
                let before = store::present(&txn, name).await?;
                let mut after = before.as_ref().clone();
                change(&mut after.tags);
                if after.tags.len() > tags::MOST {
                    return Err(error::limits_exceeded().into());
                }
                store::replace(&txn, &before, &after).await?;
                Ok(O::default())
            })
            .await
    }
}
