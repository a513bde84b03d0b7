//! Tags as KMS takes them: TagKey and TagValue, at most 50, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_api_kms as api;
use haechi_api_kms::error::ErrorCode;
use haechi_core::Failure;
pub(crate) use haechi_core::tags::describe_request;

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
