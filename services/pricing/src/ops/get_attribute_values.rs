//! GetAttributeValues: the values that an attribute has among the products of a service, in order.
//!
//! Order of errors: AccessDenied, service, attribute, page. Follows the Price List API reference,
//! "GetAttributeValues".

use std::collections::BTreeSet;
use std::sync::Arc;

use haechi_api_pricing as api;
use haechi_core::{Call, Failure};

use super::service;
use crate::Pricing;
use crate::filter::invalid;
use crate::paging::page;
use crate::product::{ATTRIBUTES, products};

pub(crate) async fn get_attribute_values(
    pricing: Arc<Pricing>,
    call: Arc<Call>,
    input: api::GetAttributeValuesRequest,
) -> Result<api::GetAttributeValuesResponse, Failure> {
    pricing.authorize(&call, "pricing:GetAttributeValues").await?;
    let service = service(&pricing.prices, input.service_code.as_deref())?;
    let asked = input.attribute_name.unwrap_or_default();
    let Some(name) = ATTRIBUTES.iter().find(|name| name.eq_ignore_ascii_case(&asked)) else {
        return Err(invalid("The attribute is not one of the service's."));
    };
    let all = products(&pricing.prices, service);
    let values: BTreeSet<&str> = all.iter().filter_map(|product| product.attribute(name)).collect();
    let question = format!("{}/{name}", service.code);
    let (values, next_token) = page(
        values.into_iter().collect(),
        &question,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let values = values.into_iter().map(|value| api::AttributeValue {
        value: Some(value.to_owned()),
    });
    Ok(api::GetAttributeValuesResponse {
        attribute_values: Some(values.collect()),
        next_token,
    })
}
