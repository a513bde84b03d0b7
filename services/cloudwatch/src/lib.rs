//! CloudWatch metrics.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct CloudWatch {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl CloudWatch {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(cloudwatch: Arc<CloudWatch>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_cloudwatch::SERVICE, cloudwatch))
}
