//! GetProducts: the products of a service that pass all filters, each a JSON text.
//!
//! Order of errors: AccessDenied, format, service, filters, page. Follows the Price List API reference,
//! "GetProducts".

use std::sync::Arc;

use haechi_api_pricing as api;
use haechi_core::{Call, Failure};

use super::{check_format, service};
use crate::Pricing;
use crate::filter::Filter;
use crate::paging::page;
use crate::product::products;

pub(crate) async fn get_products(
    pricing: Arc<Pricing>,
    call: Arc<Call>,
    input: api::GetProductsRequest,
) -> Result<api::GetProductsResponse, Failure> {
    pricing.authorize(&call, "pricing:GetProducts").await?;
    check_format(input.format_version.as_deref())?;
    let service = service(&pricing.prices, input.service_code.as_deref())?;
    let filters: Vec<Filter> = input
        .filters
        .unwrap_or_default()
        .into_iter()
        .map(Filter::parse)
        .collect::<Result<_, _>>()?;
    let mut found = products(&pricing.prices, service);
    found.retain(|product| filters.iter().all(|filter| filter.admits(product)));
    let (found, next_token) = page(
        found,
        &service.code,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    Ok(api::GetProductsResponse {
        format_version: Some("aws_v1".to_owned()),
        price_list: Some(
            found
                .iter()
                .map(|product| product.to_json(&pricing.prices))
                .collect(),
        ),
        next_token,
    })
}
