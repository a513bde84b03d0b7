//! The operations.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod describe;
pub(crate) mod put_records;
pub(crate) mod tags;
pub(crate) mod update_destination;
