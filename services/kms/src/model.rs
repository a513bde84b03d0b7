//! What is true of keys, aliases and grants, whatever the API.

pub(crate) mod alias;
pub(crate) mod custom_key_store;
pub(crate) mod grant;
pub(crate) mod grant_token;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod key_id;
pub(crate) mod key_ref;
pub(crate) mod material;
pub(crate) mod multi_region;
pub(crate) mod rotation;
pub(crate) mod state;
pub(crate) mod usage;
