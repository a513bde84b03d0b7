//! The data file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All prices, with where they come from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// Where the prices were read.
    pub source: String,
    /// When they were read: `YYYY-MM-DD`.
    pub date: String,
    /// What the prices leave out.
    pub note: String,
    /// Regions with the names that the price list gives them.
    pub regions: BTreeMap<String, String>,
    /// The services.
    pub services: Vec<PricedService>,
}

/// A service and what it charges for. Prices are the same in all Regions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricedService {
    /// `awskms` …
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its prices.
    pub prices: Vec<Price>,
}

/// One price.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The usage type, without the Region before it.
    pub usage_type: String,
    /// The product family.
    pub family: String,
    /// What is counted.
    pub unit: String,
    /// US dollars per unit, with ten decimals as the price list has them.
    pub usd: String,
    /// The price in words.
    pub description: String,
}

impl PriceList {
    /// The prices that this build carries.
    pub fn built_in() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../data/prices.json"))
    }

    /// The service with this code.
    pub fn service(&self, code: &str) -> Option<&PricedService> {
        self.services.iter().find(|service| service.code == code)
    }

    /// US dollars per unit of a service's usage type.
    pub fn usd(&self, service: &str, usage_type: &str) -> Option<f64> {
        let price = self
            .service(service)?
            .prices
            .iter()
            .find(|price| price.usage_type == usage_type)?;
        price.usd.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_and_every_price_is_a_number() {
        let list = PriceList::built_in().unwrap();
        for service in &list.services {
            for price in &service.prices {
                let usd = list.usd(&service.code, &price.usage_type).unwrap();
                assert!((0.0..=1.0).contains(&usd), "{}", price.usage_type);
            }
        }
        assert_eq!(list.usd("awskms", "KMS-Keys"), Some(1.0));
    }
}
