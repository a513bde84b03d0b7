//! DescribeAllManagedProducts, DescribeManagedProductsByVendor: the managed rule groups as products. There is one
//! vendor, and nothing is for sale.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_managed::{GROUPS, ManagedGroup, VENDOR};

use crate::Waf;
use crate::model::web_scope::WebScope;

/// Groups for whose use AWS takes extra fees.
const ADVANCED: [&str; 2] = [
    "AWSManagedRulesBotControlRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
];

pub(crate) async fn describe_all_managed_products(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DescribeAllManagedProductsRequest,
) -> Result<api::DescribeAllManagedProductsResponse, Failure> {
    WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    Ok(api::DescribeAllManagedProductsResponse {
        managed_products: Some(GROUPS.iter().map(product).collect()),
    })
}

pub(crate) async fn describe_managed_products_by_vendor(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DescribeManagedProductsByVendorRequest,
) -> Result<api::DescribeManagedProductsByVendorResponse, Failure> {
    WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    let ours = input.vendor_name.as_deref() == Some(VENDOR);
    let products = GROUPS.iter().filter(|_| ours).map(product);
    Ok(api::DescribeManagedProductsByVendorResponse {
        managed_products: Some(products.collect()),
    })
}

fn product(group: &ManagedGroup) -> api::ManagedProductDescriptor {
    api::ManagedProductDescriptor {
        vendor_name: Some(VENDOR.to_owned()),
        managed_rule_set_name: Some(group.name.to_owned()),
        product_id: None,
        product_link: None,
        product_title: Some(group.name.to_owned()),
        product_description: Some(group.description.to_owned()),
        sns_topic_arn: None,
        is_versioning_supported: Some(!group.versions.is_empty()),
        is_advanced_managed_rule_set: Some(ADVANCED.contains(&group.name)),
    }
}
