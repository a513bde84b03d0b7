//! Tags: at most 50, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_api_cloudfront as api;
use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::Failure;
pub(crate) use haechi_core::tags::context;

pub(crate) type Tags = BTreeMap<String, String>;

const MAX_TAGS: usize = 50;

/// The tags of a request; a key named twice is refused.
pub(crate) fn from_request(tags: Option<api::Tags>) -> Result<Tags, Failure> {
    let mut read = Tags::new();
    for tag in tags.and_then(|tags| tags.items).unwrap_or_default() {
        let key = tag.key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("Tag keys that start with aws: are reserved."));
        }
        if read.insert(key, tag.value.unwrap_or_default()).is_some() {
            return Err(invalid("Duplicate tag keys found."));
        }
    }
    within_limit(&read)?;
    Ok(read)
}

/// Adds tags to those of a distribution.
pub(crate) fn add(tags: &mut Tags, new: &Tags) -> Result<(), Failure> {
    tags.extend(new.clone());
    within_limit(tags)
}

/// Tags as the API shows them.
pub(crate) fn answer(tags: &Tags) -> api::Tags {
    let items = tags.iter().map(|(key, value)| api::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    });
    api::Tags {
        items: Some(items.collect()),
    }
}

fn within_limit(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > MAX_TAGS {
        return Err(invalid("A resource may have 50 tags at most."));
    }
    Ok(())
}

fn invalid(message: &str) -> Failure {
    ErrorCode::InvalidTagging.with(message).into()
}
