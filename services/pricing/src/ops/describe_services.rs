//! DescribeServices: the services that have prices, with the attributes of their products.
//!
//! Order of errors: AccessDenied, format, service, page. Follows the Price List API reference, "DescribeServices".

use std::sync::Arc;

use haechi_api_pricing as api;
use haechi_core::{Call, Failure};

use super::{check_format, service};
use crate::Pricing;
use crate::paging::page;
use crate::product::ATTRIBUTES;

pub(crate) async fn describe_services(
    pricing: Arc<Pricing>,
    call: Arc<Call>,
    input: api::DescribeServicesRequest,
) -> Result<api::DescribeServicesResponse, Failure> {
    pricing.authorize(&call, "pricing:DescribeServices").await?;
    check_format(input.format_version.as_deref())?;
    let found = match input.service_code.as_deref() {
        Some(code) => vec![service(&pricing.prices, Some(code))?],
        None => pricing.prices.services.iter().collect(),
    };
    let (found, next_token) = page(found, "services", input.next_token.as_deref(), input.max_results)?;
    let shown = found.into_iter().map(|service| api::Service {
        service_code: Some(service.code.clone()),
        attribute_names: Some(ATTRIBUTES.iter().map(|name| (*name).to_owned()).collect()),
    });
    Ok(api::DescribeServicesResponse {
        services: Some(shown.collect()),
        format_version: Some("aws_v1".to_owned()),
        next_token,
    })
}
