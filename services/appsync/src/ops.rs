//! The operations.

pub(crate) mod api_keys;
pub(crate) mod apis;
pub(crate) mod data_sources;
pub(crate) mod tagging;
