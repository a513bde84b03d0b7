//! Amazon Data Firehose with HTTP endpoints as destinations.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct Firehose {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl Firehose {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(firehose: Arc<Firehose>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_firehose::SERVICE, firehose))
}
