//! AWS WAF: web ACLs, rule groups, sets, associations, logs and samples.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct Waf {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl Waf {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(wafv2: Arc<Waf>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_wafv2::SERVICE, wafv2))
}
