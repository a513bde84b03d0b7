//! Tags: at most 50, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_api_globalaccelerator as api;
use haechi_core::Failure;
pub(crate) use haechi_core::tags::context;

use crate::error;

pub(crate) type Tags = BTreeMap<String, String>;

const MAX_TAGS: usize = 50;

/// The tags of a request.
pub(crate) fn from_request(tags: Option<Vec<api::Tag>>) -> Result<Tags, Failure> {
    let mut read = Tags::new();
    for tag in tags.unwrap_or_default() {
        let key = tag.key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid("Tag keys must not start with aws:"));
        }
        read.insert(key, tag.value.unwrap_or_default());
    }
    within_limit(&read)?;
    Ok(read)
}

/// Adds tags to those of an accelerator.
pub(crate) fn add(tags: &mut Tags, new: &Tags) -> Result<(), Failure> {
    tags.extend(new.clone());
    within_limit(tags)
}

/// Tags as the API shows them.
pub(crate) fn answer(tags: &Tags) -> Vec<api::Tag> {
    let tag = |(key, value): (&String, &String)| api::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    tags.iter().map(tag).collect()
}

fn within_limit(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > MAX_TAGS {
        return Err(error::invalid("An accelerator may have 50 tags at most."));
    }
    Ok(())
}
