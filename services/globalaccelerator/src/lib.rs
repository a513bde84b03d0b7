//! Global Accelerator: fixed addresses in front of load balancers.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct GlobalAccelerator {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl GlobalAccelerator {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(globalaccelerator: Arc<GlobalAccelerator>) -> Arc<dyn Service> {
    Arc::new(Router::new(
        &haechi_api_globalaccelerator::SERVICE,
        globalaccelerator,
    ))
}
