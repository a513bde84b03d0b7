//! AWS CloudTrail.
//!
//! Owns nothing: the platform writes the records ([`haechi_audit`]), this service reads them back. Trust boundary: an
//! account sees its own records only. Trails, event data stores and insights wait for S3 and are not registered.

mod ops;

use std::sync::Arc;

use haechi_api_cloudtrail::op;
use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct CloudTrail {
    platform: Platform,
}

impl CloudTrail {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(cloudtrail: Arc<CloudTrail>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_cloudtrail::SERVICE, cloudtrail)
        .on::<op::LookupEvents, _, _>(ops::lookup_events::lookup_events);
    Arc::new(router)
}
