//! TagDeliveryStream, UntagDeliveryStream, ListTagsForDeliveryStream.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_firehose as api;
use haechi_core::{Call, Failure};
use haechi_wire::Shape;

use crate::model::Stream;
use crate::store::{STREAMS, current, own_scope};
use crate::{Firehose, error};

/// The most tags of a stream, and on a page.
const MAX_TAGS: usize = 50;

type Tags = BTreeMap<String, String>;

/// The tags of a request.
pub(crate) fn read(given: Vec<api::Tag>) -> Result<Tags, Failure> {
    let mut tags = Tags::new();
    for tag in given {
        let key = tag.key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid("Tag keys that begin with aws: are reserved."));
        }
        if tags.insert(key, tag.value.unwrap_or_default()).is_some() {
            return Err(error::invalid("A tag key is given twice."));
        }
    }
    Ok(tags)
}

pub(crate) async fn tag_delivery_stream(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::TagDeliveryStreamInput,
) -> Result<api::TagDeliveryStreamOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    let tags = read(input.tags.unwrap_or_default())?;
    firehose.stream_for(&call, &name, &tags).await?;
    change(&firehose, &call, &name, |stream| stream.tags.extend(tags.clone())).await
}

pub(crate) async fn untag_delivery_stream(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::UntagDeliveryStreamInput,
) -> Result<api::UntagDeliveryStreamOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    let keys = input.tag_keys.unwrap_or_default();
    firehose.stream_for(&call, &name, &Tags::new()).await?;
    change(&firehose, &call, &name, |stream| {
        stream.tags.retain(|key, _| !keys.contains(key));
    })
    .await
}

async fn change<O: Shape>(
    firehose: &Firehose,
    call: &Call,
    name: &str,
    change: impl Fn(&mut Stream) + Send + Sync,
) -> Result<O, Failure> {
    let (scope, change) = (&own_scope(call), &change);
    firehose
        .platform
        .write(call, |txn| async move {
            let mut stream = current(&txn, call, name).await?;
            change(&mut stream);
            if stream.tags.len() > MAX_TAGS {
                return Err(error::limit("A stream has at most 50 tags."));
            }
            txn.put(&STREAMS, scope, name, &stream).await?;
            Ok(O::default())
        })
        .await
}

pub(crate) async fn list_tags_for_delivery_stream(
    firehose: Arc<Firehose>,
    call: Arc<Call>,
    input: api::ListTagsForDeliveryStreamInput,
) -> Result<api::ListTagsForDeliveryStreamOutput, Failure> {
    let name = input.delivery_stream_name.unwrap_or_default();
    let stream = firehose.stream_for(&call, &name, &Tags::new()).await?;
    let limit = input.limit.map_or(MAX_TAGS, |limit| limit.max(1) as usize);
    let after = input.exclusive_start_tag_key;
    let rest: Vec<_> = stream
        .tags
        .iter()
        .filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after))
        .collect();
    let tag = |(key, value): &(&String, &String)| api::Tag {
        key: Some((*key).clone()),
        value: Some((*value).clone()),
    };
    Ok(api::ListTagsForDeliveryStreamOutput {
        tags: Some(rest.iter().take(limit).map(tag).collect()),
        has_more_tags: Some(rest.len() > limit),
    })
}
