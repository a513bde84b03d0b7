//! AWS Price List: what the services that are here cost at AWS.
//!
//! Owns nothing: all it says comes from one file, `data/prices.json`, which names its source and date. The bill
//! (`haechi bill`) multiplies with the same numbers. Bulk files (ListPriceLists, GetPriceListFileUrl) need a place to
//! be downloaded from and are not registered.

mod filter;
mod ops;
mod paging;
mod prices;
mod product;

use std::sync::Arc;

use haechi_api_pricing::op;
use haechi_core::{Call, Failure, Platform, Router, Service};

pub use crate::prices::{Price, PriceList, PricedService};

/// The service's state.
pub struct Pricing {
    platform: Platform,
    prices: Arc<PriceList>,
}

impl Pricing {
    /// The service over its platform.
    pub fn new(platform: Platform, prices: Arc<PriceList>) -> Arc<Self> {
        Arc::new(Self { platform, prices })
    }

    /// Prices are public at AWS, and yet IAM is asked.
    async fn authorize(&self, call: &Call, action: &str) -> Result<(), Failure> {
        let ask = haechi_core::Ask::new(action, "*", &call.account);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }
}

/// The operations, one line each.
pub fn service(pricing: Arc<Pricing>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_pricing::SERVICE, pricing)
        .on::<op::DescribeServices, _, _>(ops::describe_services::describe_services)
        .on::<op::GetAttributeValues, _, _>(ops::get_attribute_values::get_attribute_values)
        .on::<op::GetProducts, _, _>(ops::get_products::get_products);
    Arc::new(router)
}
