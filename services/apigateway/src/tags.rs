//! Tags: at most 50, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_core::Failure;
pub(crate) use haechi_core::tags::context;

use crate::error;

pub(crate) type Tags = BTreeMap<String, String>;

const MAX_TAGS: usize = 50;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

/// The tags of a request.
pub(crate) fn from_request(tags: Option<Tags>) -> Result<Tags, Failure> {
    let tags = tags.unwrap_or_default();
    for (key, value) in &tags {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::bad_request(
                "Invalid tag key: aws: prefixed tag key names are not allowed for external use.",
            ));
        }
        if key.is_empty() || key.chars().count() > MAX_KEY || value.chars().count() > MAX_VALUE {
            return Err(error::bad_request(format!("Invalid tag: {key}")));
        }
    }
    within_limit(&tags)?;
    Ok(tags)
}

/// Adds tags to those of a resource.
pub(crate) fn add(tags: &mut Option<Tags>, new: &Tags) -> Result<(), Failure> {
    let present = tags.get_or_insert_default();
    present.extend(new.clone());
    within_limit(present)
}

/// Takes tags away; keys that are not there do not matter.
pub(crate) fn remove(tags: &mut Option<Tags>, keys: &[String]) {
    if let Some(present) = tags {
        present.retain(|key, _| !keys.contains(key));
    }
}

fn within_limit(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > MAX_TAGS {
        return Err(error::bad_request(format!(
            "The number of tags exceeds the limit of {MAX_TAGS} tags per resource."
        )));
    }
    Ok(())
}
