//! The operations, one or one tight family per file.

pub(crate) mod create_key;
pub(crate) mod decrypt;
pub(crate) mod describe_key;
pub(crate) mod encrypt;
