//! The operations.

pub(crate) mod describe_groups;
pub(crate) mod describe_streams;
pub(crate) mod filter_log_events;
pub(crate) mod get_log_events;
pub(crate) mod groups;
pub(crate) mod put_log_events;
pub(crate) mod resource_policies;
pub(crate) mod retention;
pub(crate) mod streams;
pub(crate) mod tags;
