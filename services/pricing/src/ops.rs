//! The operations, one per file.

pub(crate) mod describe_services;
pub(crate) mod get_attribute_values;
pub(crate) mod get_products;

use haechi_api_pricing::error::ErrorCode;
use haechi_core::Failure;

use crate::filter::invalid;
use crate::prices::{PriceList, PricedService};

/// The service that a request names.
fn service<'a>(list: &'a PriceList, code: Option<&str>) -> Result<&'a PricedService, Failure> {
    let code = code.unwrap_or_default();
    list.service(code).ok_or_else(|| {
        let text = format!("There are no prices of a service {code:?} here.");
        ErrorCode::NotFoundException.with(text).into()
    })
}

/// There is one format.
fn check_format(format: Option<&str>) -> Result<(), Failure> {
    match format {
        None | Some("" | "aws_v1") => Ok(()),
        Some(_) => Err(invalid("The format version must be aws_v1.")),
    }
}
