//! TagResource, UntagResource, ListResourceTags.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::Kms;
use crate::authz::Wish;
use crate::error::state_error;
use crate::model::key_ref::KeyRef;
use crate::model::state::OperationClass;
use crate::paging::page;
use crate::tags::{MAX_TAGS, from_request};

/// Aliases have no tags.
fn refuse_alias(key_id: &str) -> Result<(), Failure> {
    if KeyRef::parse(key_id).is_some_and(|named| named.alias().is_some()) {
        return Err(ErrorCode::InvalidArnException
            .with(format!("Invalid arn {key_id}"))
            .into());
    }
    Ok(())
}

/// Tags on a page where no limit is given.
const DEFAULT_LIMIT: usize = 50;

pub(crate) async fn tag_resource(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::TagResourceRequest,
) -> Result<Empty, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    refuse_alias(&key_id)?;
    let tags = from_request(input.tags.unwrap_or_default())?;
    let wish = Wish::new("TagResource").tags(&tags);
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    kms.change(&call, &loaded, |key| {
        if let Some(error) = state_error(&loaded.arn, key.state, OperationClass::Label) {
            return Err(error.into());
        }
        key.tags
            .extend(tags.iter().map(|(name, value)| (name.clone(), value.clone())));
        if key.tags.len() > MAX_TAGS {
            return Err(ErrorCode::TagException.with("Too many tags").into());
        }
        Ok(Empty::default())
    })
    .await
}

pub(crate) async fn untag_resource(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::UntagResourceRequest,
) -> Result<Empty, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    refuse_alias(&key_id)?;
    let names = input.tag_keys.unwrap_or_default();
    let named: BTreeMap<String, String> = names.iter().map(|name| (name.clone(), String::new())).collect();
    let wish = Wish::new("UntagResource").tag_keys(&named);
    let loaded = kms.own_key_for(&call, &key_id, wish).await?;
    kms.change(&call, &loaded, |key| {
        if let Some(error) = state_error(&loaded.arn, key.state, OperationClass::Label) {
            return Err(error.into());
        }
        key.tags.retain(|name, _| !names.contains(name));
        Ok(Empty::default())
    })
    .await
}

pub(crate) async fn list_resource_tags(
    kms: Arc<Kms>,
    call: Arc<Call>,
    input: api::ListResourceTagsRequest,
) -> Result<api::ListResourceTagsResponse, Failure> {
    let key_id = input.key_id.unwrap_or_default();
    refuse_alias(&key_id)?;
    let loaded = kms
        .own_key_for(&call, &key_id, Wish::new("ListResourceTags"))
        .await?;
    let limit = input.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let all: Vec<_> = loaded.key.tags.clone().into_iter().collect();
    let page = page(all, input.marker.as_deref(), limit, |(name, _)| name.clone())?;
    Ok(api::ListResourceTagsResponse {
        truncated: page.truncated(),
        next_marker: page.next_marker,
        tags: Some(
            page.items
                .into_iter()
                .map(|(name, value)| api::Tag {
                    tag_key: Some(name),
                    tag_value: Some(value),
                })
                .collect(),
        ),
    })
}
