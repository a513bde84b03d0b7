//! Tags as IAM takes them: at most 50, keys that differ by more than case, none with the prefix `aws:`.

use std::collections::BTreeMap;

use haechi_api_iam as api;
use haechi_core::Failure;
use haechi_core::tags::describe_resource_of;
pub(crate) use haechi_core::tags::{describe_keys, describe_request};
use haechi_policy::Context;

use crate::error;

/// The most tags on one entity.
const MAX_TAGS: usize = 50;

/// Tags of an entity.
pub(crate) type Tags = BTreeMap<String, String>;

/// Whether keys that differ in case only are one key. They are on users and roles and nowhere else (IAM User Guide,
/// "Tags for AWS Identity and Access Management resources").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// One key.
    Ignored,
    /// Two keys.
    Kept,
}

impl Case {
    fn same(self, one: &str, other: &str) -> bool {
        match self {
            Self::Ignored => one.eq_ignore_ascii_case(other),
            Self::Kept => one == other,
        }
    }
}

/// The tags of a request; a key named twice is refused.
pub(crate) fn from_request(tags: Option<Vec<api::Tag>>, case: Case) -> Result<Tags, Failure> {
    let mut read = Tags::new();
    for tag in tags.unwrap_or_default() {
        let key = tag.key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            let message = "System tags cannot be added, modified or deleted. Tag keys that start with aws: are reserved.";
            return Err(error::invalid_input(message));
        }
        if read.keys().any(|known| case.same(known, &key)) {
            return Err(error::invalid_input(match case {
                Case::Ignored => "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
                Case::Kept => "Duplicate tag keys found.",
            }));
        }
        read.insert(key, tag.value.unwrap_or_default());
    }
    if read.len() > MAX_TAGS {
        return Err(too_many());
    }
    Ok(read)
}

/// Adds tags to those of an entity. A key that is there keeps its place and takes the new spelling and value.
pub(crate) fn add(tags: &mut Tags, new: &Tags, case: Case) -> Result<(), Failure> {
    tags.retain(|known, _| !new.keys().any(|key| case.same(key, known)));
    tags.extend(new.clone());
    if tags.len() > MAX_TAGS {
        Err(too_many())
    } else {
        Ok(())
    }
}

/// Takes tags away; keys that are not there do not matter.
pub(crate) fn remove(tags: &mut Tags, keys: &[String], case: Case) {
    tags.retain(|known, _| !keys.iter().any(|key| case.same(key, known)));
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

/// Tags where an answer leaves an empty list out.
pub(crate) fn answer_if_any(tags: &Tags) -> Option<Vec<api::Tag>> {
    (!tags.is_empty()).then(|| answer(tags))
}

/// The condition keys of the tags that the entity has.
pub(crate) fn describe_resource(tags: &Tags, context: &mut Context) {
    describe_resource_of("iam", tags, context);
}

fn too_many() -> Failure {
    error::limit_exceeded("The number of tags has reached the maximum limit.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> api::Tag {
        api::Tag {
            key: Some(key.into()),
            value: Some(value.into()),
        }
    }

    #[test]
    fn keys_that_differ_in_case_only_are_one_key_on_users_and_roles() {
        let both = || Some(vec![tag("a", "1"), tag("A", "2")]);
        assert!(from_request(both(), Case::Ignored).is_err());
        let mut tags = from_request(Some(vec![tag("a", "1")]), Case::Ignored).unwrap();
        let new = from_request(Some(vec![tag("A", "2")]), Case::Ignored).unwrap();
        add(&mut tags, &new, Case::Ignored).unwrap();
        assert_eq!(
            tags.into_iter().collect::<Vec<_>>(),
            [("A".to_owned(), "2".to_owned())]
        );
    }

    #[test]
    fn keys_that_differ_in_case_only_are_two_keys_elsewhere() {
        let mut tags = from_request(Some(vec![tag("a", "1"), tag("A", "2")]), Case::Kept).unwrap();
        remove(&mut tags, &["a".to_owned()], Case::Kept);
        assert_eq!(tags.into_keys().collect::<Vec<_>>(), ["A"]);
    }
}
