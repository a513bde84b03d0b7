//! CloudFront distributions: what a web ACL guards, with an HTTP route behind it.
//!
//! Owns distributions with their tags and invalidations, and who has which alternate domain name (see [`store`]); no
//! timers. Trust boundary: a distribution belongs to one account, whatever the Region of a call. A distribution names
//! its web ACL itself, so that this service, not WAF, makes the association.
//!
//! What the gateway serves of it is in [`fronts`]. Kept and shown, but not carried out: caching, geographic
//! restrictions, custom error responses, failover within origin groups, logging. What would let in whom CloudFront
//! keeps out (signed URLs, viewer certificates) is refused by the gateway instead.

mod access;
mod config;
mod error;
mod fronts;
mod identifiers;
mod model;
mod ops;
mod paging;
mod store;
mod tags;
mod web_acl;

use std::sync::{Arc, OnceLock};

use haechi_api_cloudfront::op;
use haechi_core::{Platform, Router, Service};
use haechi_dataplane::WebAcls;

use crate::ops::{create, delete, invalidations, list, read, tagging, update, web_acls};

/// The service's state.
pub struct CloudFront {
    platform: Platform,
    web_acls: OnceLock<Arc<dyn WebAcls>>,
}

impl CloudFront {
    /// The service over its platform. Until it is connected to WAF it knows of no web ACL.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self {
            platform,
            web_acls: OnceLock::new(),
        })
    }

    /// Plugs in the service that knows web ACLs. Later calls have no effect.
    pub fn connect_web_acls(&self, web_acls: Arc<dyn WebAcls>) {
        let _ = self.web_acls.set(web_acls);
    }
}

/// The operations, one line each.
pub fn service(cloudfront: Arc<CloudFront>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_cloudfront::SERVICE, cloudfront)
        .on::<op::AssociateDistributionWebACL, _, _>(web_acls::associate_distribution_web_acl)
        .on::<op::CreateDistribution, _, _>(create::create_distribution)
        .on::<op::CreateDistributionWithTags, _, _>(create::create_distribution_with_tags)
        .on::<op::CreateInvalidation, _, _>(invalidations::create_invalidation)
        .on::<op::DeleteDistribution, _, _>(delete::delete_distribution)
        .on::<op::DisassociateDistributionWebACL, _, _>(web_acls::disassociate_distribution_web_acl)
        .on::<op::GetDistribution, _, _>(read::distribution)
        .on::<op::GetDistributionConfig, _, _>(read::distribution_config)
        .on::<op::GetInvalidation, _, _>(invalidations::invalidation)
        .on::<op::ListDistributions, _, _>(list::list_distributions)
        .on::<op::ListDistributionsByWebACLId, _, _>(list::list_distributions_by_web_acl_id)
        .on::<op::ListInvalidations, _, _>(invalidations::list_invalidations)
        .on::<op::ListTagsForResource, _, _>(tagging::list_tags_for_resource)
        .on::<op::TagResource, _, _>(tagging::tag_resource)
        .on::<op::UntagResource, _, _>(tagging::untag_resource)
        .on::<op::UpdateDistribution, _, _>(update::update_distribution);
    Arc::new(router)
}
