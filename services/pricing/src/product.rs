//! Products as the price list shows them.
//!
//! Source: Billing user guide, "Reading the service price list files". An offer's term code and a rate's code are the
//! same for all on-demand prices.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::prices::{Price, PriceList, PricedService};

/// The term code of on-demand offers.
const ON_DEMAND: &str = "JRTCKXETXF";
/// The rate code of a price per unit.
const PER_UNIT: &str = "6YS6EN2CT7";
const SKU_ALPHABET: &[u8; 32] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789X";

/// A price in one Region.
pub(crate) struct Product<'a> {
    pub(crate) service: &'a PricedService,
    pub(crate) price: &'a Price,
    pub(crate) attributes: BTreeMap<&'static str, String>,
}

/// The names of all attributes.
pub(crate) const ATTRIBUTES: [&str; 8] = [
    "location",
    "locationType",
    "operation",
    "productFamily",
    "regionCode",
    "servicecode",
    "servicename",
    "usagetype",
];

/// The products of a service, one per price and Region.
pub(crate) fn products<'a>(list: &'a PriceList, service: &'a PricedService) -> Vec<Product<'a>> {
    let in_region = |(code, location): (&'a String, &'a String)| {
        service.prices.iter().map(move |price| {
            let attributes = [
                ("location", location.clone()),
                ("locationType", "AWS Region".to_owned()),
                ("operation", String::new()),
                ("productFamily", price.family.clone()),
                ("regionCode", code.clone()),
                ("servicecode", service.code.clone()),
                ("servicename", service.name.clone()),
                ("usagetype", format!("{code}-{}", price.usage_type)),
            ];
            Product {
                service,
                price,
                attributes: attributes.into(),
            }
        })
    };
    list.regions.iter().flat_map(in_region).collect()
}

impl Product<'_> {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The product with its terms, as one JSON text of `aws_v1`.
    pub(crate) fn to_json(&self, list: &PriceList) -> String {
        let sku = sku(self.attribute("usagetype").unwrap_or_default());
        let term = format!("{sku}.{ON_DEMAND}");
        let rate = format!("{term}.{PER_UNIT}");
        let mut attributes: BTreeMap<_, _> = self.attributes.clone();
        attributes.remove("productFamily");
        let effective = format!("{}T00:00:00Z", list.date);
        let dimension = json!({
            "unit": self.price.unit,
            "endRange": "Inf",
            "description": format!("{} in {}", self.price.description, self.attributes["location"]),
            "appliesTo": [],
            "rateCode": rate,
            "beginRange": "0",
            "pricePerUnit": { "USD": self.price.usd },
        });
        let terms = json!({
            "priceDimensions": Value::Object([(rate, dimension)].into_iter().collect()),
            "sku": sku,
            "effectiveDate": effective,
            "offerTermCode": ON_DEMAND,
            "termAttributes": {},
        });
        json!({
            "product": { "productFamily": self.price.family, "attributes": attributes, "sku": sku },
            "serviceCode": self.service.code,
            "terms": { "OnDemand": Value::Object([(term, terms)].into_iter().collect()) },
            "version": list.date.replace('-', "") + "000000",
            "publicationDate": effective,
        })
        .to_string()
    }
}

/// Sixteen letters and digits that stay the same for a usage type (FNV-1a, stretched).
fn sku(usage_type: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut step = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    usage_type.bytes().for_each(&mut step);
    (0..16)
        .map(|place| {
            hash = (hash ^ place).wrapping_mul(0x0100_0000_01b3);
            char::from(SKU_ALPHABET[(hash >> 40) as usize % SKU_ALPHABET.len()])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_its_own_sku_and_the_attributes_that_are_listed() {
        let list = PriceList::built_in().unwrap();
        let service = list.service("awskms").unwrap();
        let all = products(&list, service);
        let skus: std::collections::BTreeSet<_> = all
            .iter()
            .map(|p| sku(p.attribute("usagetype").unwrap()))
            .collect();
        assert_eq!(skus.len(), all.len());
        let names: Vec<_> = all[0].attributes.keys().copied().collect();
        assert_eq!(names, ATTRIBUTES);
    }

    #[test]
    fn the_price_stands_where_clients_look_for_it() {
        let list = PriceList::built_in().unwrap();
        let service = list.service("awskms").unwrap();
        let text = products(&list, service)[0].to_json(&list);
        let value: Value = serde_json::from_str(&text).unwrap();
        let term = value["terms"]["OnDemand"]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap();
        let dimension = term["priceDimensions"]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap();
        assert_eq!(dimension["pricePerUnit"]["USD"], "1.0000000000");
    }
}
