//! Tags: at most 50, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_core::Failure;
pub(crate) use haechi_core::tags::context;

use crate::error;

pub(crate) type Tags = BTreeMap<String, String>;

const MAX_TAGS: usize = 50;

/// The tags of a request.
pub(crate) fn from_request(tags: Option<Tags>) -> Result<Tags, Failure> {
    let tags = tags.unwrap_or_default();
    if tags
        .keys()
        .any(|key| key.to_ascii_lowercase().starts_with("aws:"))
    {
        return Err(error::invalid_parameter("Tag keys must not start with aws:"));
    }
    within_limit(&tags)?;
    Ok(tags)
}

/// Adds tags to those of a pool.
pub(crate) fn add(tags: &mut Tags, new: &Tags) -> Result<(), Failure> {
    tags.extend(new.clone());
    within_limit(tags)
}

fn within_limit(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > MAX_TAGS {
        return Err(error::invalid_parameter("A user pool may have 50 tags at most."));
    }
    Ok(())
}
