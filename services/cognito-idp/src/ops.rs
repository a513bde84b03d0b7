//! The operations.

pub(crate) mod clients;
pub(crate) mod domains;
pub(crate) mod mfa;
pub(crate) mod pools;
pub(crate) mod tagging;
