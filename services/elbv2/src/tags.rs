//! Tags: at most 50, no key twice, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_api_elbv2 as api;
use haechi_api_elbv2::error::ErrorCode;
use haechi_core::Failure;
use haechi_core::tags::describe_resource_of;
pub(crate) use haechi_core::tags::{describe_keys, describe_request};
use haechi_policy::Context;

use crate::error;

/// The most tags on one resource.
const MAX_TAGS: usize = 50;

/// Tags of a resource.
pub(crate) type Tags = BTreeMap<String, String>;

/// The tags of a request.
pub(crate) fn from_request(tags: Option<Vec<api::Tag>>) -> Result<Tags, Failure> {
    let mut read = Tags::new();
    for tag in tags.unwrap_or_default() {
        let key = tag.key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::validation(
                "Tag keys starting with 'aws:' are reserved for AWS use",
            ));
        }
        if read.contains_key(&key) {
            return Err(error::refuse(
                ErrorCode::DuplicateTagKeysException,
                format!("Tag key was specified more than once: {key}"),
            ));
        }
        read.insert(key, tag.value.unwrap_or_default());
    }
    limit(&read)?;
    Ok(read)
}

/// Adds tags to those of a resource.
pub(crate) fn add(tags: &mut Tags, new: &Tags) -> Result<(), Failure> {
    tags.extend(new.clone());
    limit(tags)
}

fn limit(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > MAX_TAGS {
        let message =
            "The quota for the number of tags that can be assigned to this resource has been reached";
        return Err(error::refuse(ErrorCode::TooManyTagsException, message));
    }
    Ok(())
}

/// Tags as the API shows them.
pub(crate) fn answer(tags: &Tags) -> Vec<api::Tag> {
    tags.iter()
        .map(|(key, value)| api::Tag {
            key: Some(key.clone()),
            value: Some(value.clone()),
        })
        .collect()
}

/// The condition keys of the tags that a resource has.
pub(crate) fn describe_resource(tags: &Tags, context: &mut Context) {
    describe_resource_of("elasticloadbalancing", tags, context);
}
