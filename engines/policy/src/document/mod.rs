//! Policy documents: from JSON text to compiled statements, refusing what AWS refuses.

pub(crate) mod error;
mod grammar;
mod keys;
pub(crate) mod kind;
mod parse;
pub(crate) mod policy;
mod principals;
mod public;
mod resource_format;
mod validate;
