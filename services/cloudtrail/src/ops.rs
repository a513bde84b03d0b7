//! The operations, one or one tight family per file.

pub(crate) mod lookup_events;
