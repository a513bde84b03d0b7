//! CloudWatch Logs.
//!
//! Owns the tables of [`store`]; events rest in the store's event log, one log per stream (`logs/group/stream`, by
//! ids that are never used again). Timers: `retention` once a day per group that has one, `purge` for the events of
//! groups and streams that were deleted. Other services give their lines through
//! [`LogDelivery`](haechi_core::telemetry::LogDelivery).
//!
//! Trust boundary: who asks for a group passes [`access`]; filter patterns are parsed once, and their expressions
//! run in linear time ([`pattern`]).

mod access;
mod delivery;
mod error;
mod events;
mod model;
mod ops;
mod paging;
mod pattern;
mod store;
mod timers;

use std::sync::Arc;

use haechi_api_logs::op;
use haechi_core::{Platform, Router, Service};

pub use timers::register_timers;

/// The service's state.
pub struct Logs {
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
    let router = Router::new(&haechi_api_logs::SERVICE, logs)
        .on::<op::CreateLogGroup, _, _>(ops::groups::create_log_group)
        .on::<op::CreateLogStream, _, _>(ops::streams::create_log_stream)
        .on::<op::DeleteLogGroup, _, _>(ops::groups::delete_log_group)
        .on::<op::DeleteLogStream, _, _>(ops::streams::delete_log_stream)
        .on::<op::DeleteResourcePolicy, _, _>(ops::resource_policies::delete_resource_policy)
        .on::<op::DeleteRetentionPolicy, _, _>(ops::retention::delete_retention_policy)
        .on::<op::DescribeLogGroups, _, _>(ops::describe_groups::describe_log_groups)
        .on::<op::DescribeLogStreams, _, _>(ops::describe_streams::describe_log_streams)
        .on::<op::DescribeResourcePolicies, _, _>(ops::resource_policies::describe_resource_policies)
        .on::<op::FilterLogEvents, _, _>(ops::filter_log_events::filter_log_events)
        .on::<op::GetLogEvents, _, _>(ops::get_log_events::get_log_events)
        .on::<op::ListLogGroups, _, _>(ops::describe_groups::list_log_groups)
        .on::<op::ListTagsForResource, _, _>(ops::tags::list_tags_for_resource)
        .on::<op::ListTagsLogGroup, _, _>(ops::tags::list_tags_log_group)
        .on::<op::PutLogEvents, _, _>(ops::put_log_events::put_log_events)
        .on::<op::PutResourcePolicy, _, _>(ops::resource_policies::put_resource_policy)
        .on::<op::PutRetentionPolicy, _, _>(ops::retention::put_retention_policy)
        .on::<op::TagLogGroup, _, _>(ops::tags::tag_log_group)
        .on::<op::TagResource, _, _>(ops::tags::tag_resource)
        .on::<op::UntagLogGroup, _, _>(ops::tags::untag_log_group)
        .on::<op::UntagResource, _, _>(ops::tags::untag_resource);
    Arc::new(router)
}
