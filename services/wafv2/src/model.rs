//! What is true of web ACLs and of what they refer to, whatever the API.

pub(crate) mod entity;
pub(crate) mod kind;
pub(crate) mod name;
pub(crate) mod web_scope;
