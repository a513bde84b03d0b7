//! What is true of an API and its parts, whatever the request. What clients describe is kept in the API's own
//! structures: it is shown as it was given.

pub(crate) mod deployment;
pub(crate) mod domain;
pub(crate) mod rest_api;
pub(crate) mod stage;
