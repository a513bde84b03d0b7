//! What an account may have, and DescribeAccountLimits.
//!
//! Source: user guide, "Quotas for your Application Load Balancers".

use std::sync::Arc;

use haechi_api_elbv2 as api;
use haechi_core::{Call, Failure};

use crate::LoadBalancing;
use crate::paging::PageRequest;

/// Load balancers of a kind in a Region.
pub(crate) const MOST_LOAD_BALANCERS: usize = 50;
/// Target groups in a Region.
pub(crate) const MOST_TARGET_GROUPS: usize = 3_000;
/// Listeners of a load balancer.
pub(crate) const MOST_LISTENERS: usize = 50;
/// Rules of a load balancer, default rules left out.
pub(crate) const MOST_RULES: usize = 100;
/// Targets of a group.
pub(crate) const MOST_TARGETS: usize = 1_000;
/// Certificates of a listener, the default one left out.
pub(crate) const MOST_CERTIFICATES: usize = 25;

const LIMITS: [(&str, usize); 18] = [
    ("application-load-balancers", MOST_LOAD_BALANCERS),
    ("certificates-per-application-load-balancer", MOST_CERTIFICATES),
    ("certificates-per-network-load-balancer", MOST_CERTIFICATES),
    ("condition-values-per-alb-rule", 5),
    ("condition-wildcards-per-alb-rule", 5),
    ("gateway-load-balancers", 100),
    ("gateway-load-balancers-per-vpc", 100),
    ("geneve-target-groups", 100),
    ("listeners-per-application-load-balancer", MOST_LISTENERS),
    ("listeners-per-network-load-balancer", MOST_LISTENERS),
    ("network-load-balancers", MOST_LOAD_BALANCERS),
    ("rules-per-application-load-balancer", MOST_RULES),
    ("target-groups", MOST_TARGET_GROUPS),
    ("target-groups-per-action-on-application-load-balancer", 5),
    ("target-groups-per-action-on-network-load-balancer", 1),
    ("target-groups-per-application-load-balancer", 100),
    ("targets-per-application-load-balancer", MOST_TARGETS),
    ("targets-per-network-load-balancer", 3_000),
];

pub(crate) async fn describe_account_limits(
    elbv2: Arc<LoadBalancing>,
    call: Arc<Call>,
    input: api::DescribeAccountLimitsInput,
) -> Result<api::DescribeAccountLimitsOutput, Failure> {
    elbv2.may_read(&call).await?;
    let page = PageRequest::parse(input.marker.as_deref(), input.page_size)?;
    let (limits, next_marker) = page.of(LIMITS.to_vec(), |(name, _)| (*name).to_owned());
    let shown = limits.into_iter().map(|(name, most)| api::Limit {
        name: Some(name.to_owned()),
        max: Some(most.to_string()),
    });
    Ok(api::DescribeAccountLimitsOutput {
        limits: Some(shown.collect()),
        next_marker,
    })
}
