//! Tags as EC2 takes them: at most 50, none with the prefix `aws:`, given when something is made as
//! `TagSpecification` of its type.

use std::collections::BTreeMap;

use haechi_api_ec2 as api;
use haechi_core::Failure;
pub(crate) use haechi_core::tags::describe_request;
use haechi_core::tags::describe_resource_of;
use haechi_policy::Context;
use haechi_store::{Scope, Store, StoreError, Txn};

use crate::error;
use crate::store::TAGS;

/// The most tags on one resource.
const MAX_TAGS: usize = 50;

/// Tags of a resource.
pub(crate) type Tags = BTreeMap<String, String>;

/// The tags that a request gives to what it makes; specifications of other types are refused.
pub(crate) fn of_new(
    specifications: Option<Vec<api::TagSpecification>>,
    kind: &str,
) -> Result<Tags, Failure> {
    let mut tags = Tags::new();
    for specification in specifications.unwrap_or_default() {
        let given = specification.resource_type;
        let given = given.as_ref().map_or("", api::ResourceType::as_str);
        if given != kind {
            let message = format!("'{given}' is not a valid taggable resource type for this operation.");
            return Err(error::refuse("InvalidParameterValue", message));
        }
        tags.extend(from_request(specification.tags)?);
    }
    Ok(tags)
}

/// The tags of a request.
pub(crate) fn from_request(tags: Option<Vec<api::Tag>>) -> Result<Tags, Failure> {
    let mut read = Tags::new();
    for tag in tags.unwrap_or_default() {
        let key = tag.key.unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            let message = "Tag keys starting with 'aws:' are reserved for internal use";
            return Err(error::refuse("InvalidParameterValue", message));
        }
        if key.is_empty() || key.chars().count() > 127 {
            let message = "Tag key exceeds the maximum length of 127 characters";
            return Err(error::refuse("InvalidParameterValue", message));
        }
        let value = tag.value.unwrap_or_default();
        if value.chars().count() > 255 {
            let message = "Tag value exceeds the maximum length of 255 characters";
            return Err(error::refuse("InvalidParameterValue", message));
        }
        if read.insert(key, value).is_some() {
            let message = "Duplicate tag keys are not allowed.";
            return Err(error::refuse("InvalidParameterValue", message));
        }
    }
    Ok(read)
}

/// Adds tags to those that a resource has.
pub(crate) async fn add(txn: &Txn, scope: &Scope, id: &str, new: &Tags) -> Result<(), Failure> {
    if new.is_empty() {
        return Ok(());
    }
    let mut tags = txn
        .get(&TAGS, scope, id)
        .await?
        .map_or_else(Tags::new, |tags| tags.as_ref().clone());
    tags.extend(new.clone());
    if tags.len() > MAX_TAGS {
        let message = format!("The maximum number of Tags for a resource has been reached: {MAX_TAGS}");
        return Err(error::refuse("TagLimitExceeded", message));
    }
    Ok(txn.put(&TAGS, scope, id, &tags).await?)
}

/// The tags of a resource.
pub(crate) async fn of(store: &Store, scope: &Scope, id: &str) -> Result<Tags, StoreError> {
    let found = store.get(&TAGS, scope, id).await?;
    Ok(found.map_or_else(Tags::new, |tags| tags.as_ref().clone()))
}

/// Tags as the API shows them; none are left out.
pub(crate) fn answer(tags: &Tags) -> Option<Vec<api::Tag>> {
    let shown = tags.iter().map(|(key, value)| api::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    });
    (!tags.is_empty()).then(|| shown.collect())
}

/// The condition keys of the tags that a resource has.
pub(crate) fn describe_resource(tags: &Tags, context: &mut Context) {
    describe_resource_of("ec2", tags, context);
}
