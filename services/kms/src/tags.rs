//! Tags as KMS takes them: TagKey and TagValue, at most 50, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::Failure;
use haechi_policy::Context;

/// The most tags on one key.
pub(crate) const MAX_TAGS: usize = 50;

/// The tags of a request; a key named twice is refused.
pub(crate) fn from_request(tags: Vec<api::Tag>) -> Result<BTreeMap<String, String>, Failure> {
    let mut read = BTreeMap::new();
    for tag in tags {
        let key = tag.tag_key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(ErrorCode::TagException
                .with("Tags beginning with aws: are reserved")
                .into());
        }
        if read.insert(key, tag.tag_value.unwrap_or_default()).is_some() {
            return Err(ErrorCode::TagException.with("Duplicate tag keys").into());
        }
    }
    if read.len() > MAX_TAGS {
        return Err(ErrorCode::TagException.with("Too many tags").into());
    }
    Ok(read)
}

/// The condition keys of a request that brings tags.
pub(crate) fn describe(tags: &BTreeMap<String, String>, context: &mut Context) {
    for (key, value) in tags {
        context.set(format!("aws:requesttag/{key}"), value.as_str());
    }
    if !tags.is_empty() {
        context.set("aws:tagkeys", tags.keys().cloned().collect::<Vec<_>>());
    }
}
