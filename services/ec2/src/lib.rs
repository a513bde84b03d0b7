//! Of Amazon EC2, the network that load balancers stand in.

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};

/// The service's state.
pub struct Ec2 {
    #[expect(dead_code, reason = "no operation is there yet")]
    platform: Platform,
}

impl Ec2 {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(ec2: Arc<Ec2>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_ec2::SERVICE, ec2))
}
