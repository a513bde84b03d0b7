//! ListDistributions, ListDistributionsByWebACLId.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;

use crate::CloudFront;
use crate::model::distribution::Distribution;
use crate::paging::page;
use crate::store::{DISTRIBUTIONS, scope};

pub(crate) async fn list_distributions(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::ListDistributionsRequest,
) -> Result<api::ListDistributionsResult, Failure> {
    let list = cloudfront
        .list(&call, input.marker, input.max_items, |_| true)
        .await?;
    Ok(api::ListDistributionsResult {
        distribution_list: Some(list),
    })
}

pub(crate) async fn list_distributions_by_web_acl_id(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::ListDistributionsByWebACLIdRequest,
) -> Result<api::ListDistributionsByWebACLIdResult, Failure> {
    // `null` asks for those that have none.
    let wanted = input.web_acl_id.filter(|id| id != "null");
    let list = cloudfront
        .list(&call, input.marker, input.max_items, |distribution| {
            distribution.web_acl() == wanted.as_deref()
        })
        .await?;
    Ok(api::ListDistributionsByWebACLIdResult {
        distribution_list: Some(list),
    })
}

impl CloudFront {
    async fn list(
        &self,
        call: &Call,
        marker: Option<String>,
        max_items: Option<String>,
        wanted: impl Fn(&Distribution) -> bool,
    ) -> Result<api::DistributionList, Failure> {
        let gate = &self.platform.gate;
        gate.authorize_own(call, "*", Context::new(), ()).await?;
        let store = &self.platform.store;
        let all = store
            .list(&DISTRIBUTIONS, &scope(&call.account), None, ALL)
            .await?;
        let all = all.into_iter().map(|(_, it)| it).filter(|it| wanted(it));
        let page = page(all, |it| it.id.clone(), marker.as_deref(), max_items.as_deref())?;
        Ok(api::DistributionList {
            marker: Some(marker.unwrap_or_default()),
            is_truncated: Some(page.next.is_some()),
            max_items: Some(page.max_items),
            quantity: page.quantity(),
            items: (!page.items.is_empty()).then(|| page.items.iter().map(|it| it.summary()).collect()),
            next_marker: page.next,
        })
    }
}
