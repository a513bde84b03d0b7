//! Filters of GetProducts. All must hold. Follows the Price List API reference, "Filter".

use haechi_api_pricing as api;
use haechi_api_pricing::error::ErrorCode;
use haechi_core::Failure;

use crate::product::{ATTRIBUTES, Product};

/// A filter that names an attribute.
pub(crate) struct Filter {
    kind: api::FilterType,
    field: String,
    value: String,
}

impl Filter {
    /// Reads a filter; names of attributes fold case, as AWS's do (`ServiceCode`).
    pub(crate) fn parse(filter: api::Filter) -> Result<Self, Failure> {
        let (Some(kind), Some(field), Some(value)) = (filter.r#type, filter.field, filter.value) else {
            return Err(invalid("A filter needs Type, Field and Value."));
        };
        let Some(known) = ATTRIBUTES.iter().find(|known| known.eq_ignore_ascii_case(&field)) else {
            return Ok(Self { kind, field, value });
        };
        Ok(Self {
            kind,
            field: (*known).to_owned(),
            value,
        })
    }

    /// Whether the product passes. Text is compared without regard to case.
    pub(crate) fn admits(&self, product: &Product<'_>) -> bool {
        let Some(actual) = product.attribute(&self.field) else {
            return false;
        };
        let actual = actual.to_lowercase();
        let wanted = self.value.to_lowercase();
        let mut listed = wanted.split(',').map(str::trim);
        match self.kind {
            api::FilterType::Contains => actual.contains(&wanted),
            api::FilterType::AnyOf => listed.any(|one| one == actual),
            api::FilterType::NoneOf => !listed.any(|one| one == actual),
            _ => actual == wanted,
        }
    }
}

pub(crate) fn invalid(message: &str) -> Failure {
    ErrorCode::InvalidParameterException.with(message).into()
}
