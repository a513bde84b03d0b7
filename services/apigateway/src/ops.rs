//! The operations.

pub(crate) mod account;
pub(crate) mod base_path_mappings;
pub(crate) mod deployments;
pub(crate) mod domain_names;
pub(crate) mod integration_responses;
pub(crate) mod integrations;
pub(crate) mod method_responses;
pub(crate) mod methods;
pub(crate) mod resources;
pub(crate) mod responses;
pub(crate) mod rest_apis;
pub(crate) mod stages;
pub(crate) mod tagging;
