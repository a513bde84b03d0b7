//! CloudWatch Logs.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct Logs {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl Logs {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(logs: Arc<Logs>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_logs::SERVICE, logs))
}
