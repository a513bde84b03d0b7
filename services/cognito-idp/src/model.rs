//! What is true of a user pool and its parts, whatever the request.

pub(crate) mod attributes;
pub(crate) mod client;
pub(crate) mod domain;
pub(crate) mod pool;
pub(crate) mod signing_key;
