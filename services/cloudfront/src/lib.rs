//! CloudFront distributions: what a web ACL guards, with an HTTP route behind it.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct CloudFront {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl CloudFront {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(cloudfront: Arc<CloudFront>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_cloudfront::SERVICE, cloudfront))
}
