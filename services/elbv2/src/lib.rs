//! Elastic Load Balancing v2: application load balancers in front of real targets.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct LoadBalancing {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl LoadBalancing {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(elbv2: Arc<LoadBalancing>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_elbv2::SERVICE, elbv2))
}
