//! What is true of keys, aliases and grants, whatever the API.

pub mod alias;
pub mod grant;
pub mod grant_token;
pub(crate) mod import;
pub mod key;
pub mod key_id;
pub mod key_ref;
pub mod material;
pub mod multi_region;
pub mod rotation;
pub mod state;
pub mod usage;
