//! What is true of a distribution, whatever the request.

pub(crate) mod distribution;
