//! Global Accelerator: a fixed address in front of load balancers.
//!
//! Owns accelerators with their listeners and endpoint groups, each accelerator one record (see [`store`]); no timers.
//! Trust boundary: an accelerator belongs to one account, whatever the Region of a call. No web ACL guards it: requests
//! meet that of the load balancer they are passed to.
//!
//! Addresses are taken from 198.18.0.0/15, which is set aside for tests (RFC 2544) and routed nowhere: those that AWS
//! hands out would lead to somebody else.

mod access;
mod error;
mod fronts;
mod identifiers;
mod model;
mod ops;
mod paging;
mod store;
mod tags;

use std::sync::Arc;

use haechi_api_globalaccelerator::op;
use haechi_core::{Platform, Router, Service};

use crate::ops::{accelerators, endpoint_groups, endpoints, listeners, tagging};

/// The service's state.
pub struct GlobalAccelerator {
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
    let router = Router::new(&haechi_api_globalaccelerator::SERVICE, globalaccelerator)
        .on::<op::AddEndpoints, _, _>(endpoints::add_endpoints)
        .on::<op::CreateAccelerator, _, _>(accelerators::create_accelerator)
        .on::<op::CreateEndpointGroup, _, _>(endpoint_groups::create_endpoint_group)
        .on::<op::CreateListener, _, _>(listeners::create_listener)
        .on::<op::DeleteAccelerator, _, _>(accelerators::delete_accelerator)
        .on::<op::DeleteEndpointGroup, _, _>(endpoint_groups::delete_endpoint_group)
        .on::<op::DeleteListener, _, _>(listeners::delete_listener)
        .on::<op::DescribeAccelerator, _, _>(accelerators::describe_accelerator)
        .on::<op::DescribeAcceleratorAttributes, _, _>(accelerators::describe_accelerator_attributes)
        .on::<op::DescribeEndpointGroup, _, _>(endpoint_groups::describe_endpoint_group)
        .on::<op::DescribeListener, _, _>(listeners::describe_listener)
        .on::<op::ListAccelerators, _, _>(accelerators::list_accelerators)
        .on::<op::ListCrossAccountResources, _, _>(endpoints::list_cross_account_resources)
        .on::<op::ListEndpointGroups, _, _>(endpoint_groups::list_endpoint_groups)
        .on::<op::ListListeners, _, _>(listeners::list_listeners)
        .on::<op::ListTagsForResource, _, _>(tagging::list_tags_for_resource)
        .on::<op::RemoveEndpoints, _, _>(endpoints::remove_endpoints)
        .on::<op::TagResource, _, _>(tagging::tag_resource)
        .on::<op::UntagResource, _, _>(tagging::untag_resource)
        .on::<op::UpdateAccelerator, _, _>(accelerators::update_accelerator)
        .on::<op::UpdateAcceleratorAttributes, _, _>(accelerators::update_accelerator_attributes)
        .on::<op::UpdateEndpointGroup, _, _>(endpoint_groups::update_endpoint_group)
        .on::<op::UpdateListener, _, _>(listeners::update_listener);
    Arc::new(router)
}
