//! What is true of accounts, principals and policies, whatever the API.

pub mod access_key;
pub mod account;
pub mod group;
pub mod managed_policy;
pub mod permissions;
pub mod role;
pub mod user;
