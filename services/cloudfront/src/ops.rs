//! The operations.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod invalidations;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod tagging;
pub(crate) mod update;
pub(crate) mod web_acls;
