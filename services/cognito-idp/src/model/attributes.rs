//! The attributes of a pool's users: the standard ones, as the request changes them, and the pool's own.
//!
//! Source: Cognito developer guide, "Working with user attributes".

use haechi_api_cognito_idp as api;
use haechi_core::Failure;

use crate::error;

const MAX_CUSTOM: usize = 50;

/// Standard attributes that are plain text of at most 2048 characters.
const TEXTS: [&str; 14] = [
    "profile",
    "address",
    "gender",
    "preferred_username",
    "website",
    "picture",
    "phone_number",
    "nickname",
    "given_name",
    "family_name",
    "middle_name",
    "name",
    "locale",
    "zoneinfo",
];

/// All attributes of a pool whose request gives these.
pub(crate) fn all(given: Vec<api::SchemaAttributeType>) -> Result<Vec<api::SchemaAttributeType>, Failure> {
    let mut attributes = standard();
    let mut custom = 0;
    for attribute in given {
        let name = attribute.name.clone().unwrap_or_default();
        if let Some(known) = attributes.iter_mut().find(|it| it.name.as_deref() == Some(&name)) {
            change(known, attribute)?;
            continue;
        }
        custom += 1;
        if custom > MAX_CUSTOM {
            return Err(error::limit(
                "Maximum number of custom attributes for this user pool has been reached.",
            ));
        }
        attributes.push(own(&name, attribute)?);
    }
    Ok(attributes)
}

/// A standard attribute as a request wants it: only what may differ does.
fn change(known: &mut api::SchemaAttributeType, given: api::SchemaAttributeType) -> Result<(), Failure> {
    if given.attribute_data_type.is_some() && given.attribute_data_type != known.attribute_data_type {
        return Err(error::invalid_parameter(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute "
                .to_owned()
                + known.name.as_deref().unwrap_or_default(),
        ));
    }
    known.required = given.required.or(known.required);
    known.mutable = given.mutable.or(known.mutable);
    if given.string_attribute_constraints.is_some() {
        known.string_attribute_constraints = given.string_attribute_constraints;
    }
    if given.number_attribute_constraints.is_some() {
        known.number_attribute_constraints = given.number_attribute_constraints;
    }
    Ok(())
}

/// A pool's own attribute, under its prefix.
fn own(name: &str, mut given: api::SchemaAttributeType) -> Result<api::SchemaAttributeType, Failure> {
    if given.required == Some(true) {
        return Err(error::invalid_parameter(
            "Required custom attributes are not supported currently.".to_owned(),
        ));
    }
    let developer = given.developer_only_attribute == Some(true);
    let prefix = if developer { "dev:custom:" } else { "custom:" };
    given.name = Some(format!("{prefix}{name}"));
    let kind = given
        .attribute_data_type
        .get_or_insert(api::AttributeDataType::String);
    match kind {
        api::AttributeDataType::String => {
            given.string_attribute_constraints.get_or_insert_default();
        }
        api::AttributeDataType::Number => {
            given.number_attribute_constraints.get_or_insert_default();
        }
        _ => {}
    }
    given.developer_only_attribute.get_or_insert(false);
    given.mutable.get_or_insert(true);
    given.required.get_or_insert(false);
    Ok(given)
}

fn standard() -> Vec<api::SchemaAttributeType> {
    let mut attributes = vec![api::SchemaAttributeType {
        mutable: Some(false),
        required: Some(true),
        ..text("sub", "1", "2048")
    }];
    attributes.extend(TEXTS.map(|name| text(name, "0", "2048")));
    attributes.push(text("email", "0", "2048"));
    attributes.push(text("birthdate", "10", "10"));
    for name in ["email_verified", "phone_number_verified"] {
        attributes.push(api::SchemaAttributeType {
            attribute_data_type: Some(api::AttributeDataType::Boolean),
            ..plain(name)
        });
    }
    attributes.push(api::SchemaAttributeType {
        attribute_data_type: Some(api::AttributeDataType::Number),
        number_attribute_constraints: Some(api::NumberAttributeConstraintsType {
            min_value: Some("0".to_owned()),
            max_value: None,
        }),
        ..plain("updated_at")
    });
    attributes
}

fn plain(name: &str) -> api::SchemaAttributeType {
    api::SchemaAttributeType {
        name: Some(name.to_owned()),
        developer_only_attribute: Some(false),
        mutable: Some(true),
        required: Some(false),
        ..Default::default()
    }
}

fn text(name: &str, min: &str, max: &str) -> api::SchemaAttributeType {
    api::SchemaAttributeType {
        attribute_data_type: Some(api::AttributeDataType::String),
        string_attribute_constraints: Some(api::StringAttributeConstraintsType {
            min_length: Some(min.to_owned()),
            max_length: Some(max.to_owned()),
        }),
        ..plain(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, required: bool) -> api::SchemaAttributeType {
        api::SchemaAttributeType {
            name: Some(name.into()),
            attribute_data_type: Some(api::AttributeDataType::String),
            required: Some(required),
            ..Default::default()
        }
    }

    #[test]
    fn a_standard_attribute_keeps_its_name_and_a_pools_own_gets_a_prefix() {
        let all = all(vec![attribute("email", true), attribute("team", false)]).unwrap();
        let email: Vec<_> = all
            .iter()
            .filter(|it| it.name.as_deref() == Some("email"))
            .collect();
        assert_eq!((email.len(), email[0].required), (1, Some(true)));
        assert!(all.iter().any(|it| it.name.as_deref() == Some("custom:team")));
    }

    #[test]
    fn a_pools_own_attribute_is_never_required() {
        assert!(all(vec![attribute("team", true)]).is_err());
    }
}
