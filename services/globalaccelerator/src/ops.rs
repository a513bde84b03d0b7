//! The operations.

pub(crate) mod accelerators;
pub(crate) mod endpoint_groups;
pub(crate) mod endpoints;
pub(crate) mod listeners;
pub(crate) mod tagging;
