//! Tags as WAF takes them: at most 50, none with the prefix `aws:`.

use haechi_api_wafv2 as api;
use haechi_core::Failure;
pub(crate) use haechi_core::tags::{describe_keys, describe_request, describe_resource};

use crate::error;
use crate::model::entity::Tags;

/// The most tags on one thing.
pub(crate) const MOST: usize = 50;

/// The tags of a request.
pub(crate) fn from_request(tags: Option<Vec<api::Tag>>) -> Result<Tags, Failure> {
    let mut read = Tags::new();
    for tag in tags.unwrap_or_default() {
        let key = tag.key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid("TAG_KEYS", key, "Keys that start with aws: are reserved.").into());
        }
        if let Some(_before) = read.insert(key.clone(), tag.value.unwrap_or_default()) {
            return Err(error::invalid("TAG_KEYS", key, "A key may be given once.").into());
        }
    }
    if read.len() > MOST {
        return Err(error::limits_exceeded().into());
    }
    Ok(read)
}

/// As answers have them.
pub(crate) fn list<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Vec<api::Tag> {
    tags.into_iter()
        .map(|(key, value)| api::Tag {
            key: Some(key.clone()),
            value: Some(value.clone()),
        })
        .collect()
}
