//! The operations, a family a file.

pub(crate) mod access_key_uses;
pub(crate) mod access_keys;
pub(crate) mod account;
pub(crate) mod attached;
pub(crate) mod boundaries;
pub(crate) mod credential_report;
pub(crate) mod details;
pub(crate) mod groups;
pub(crate) mod inline;
pub(crate) mod instance_profiles;
pub(crate) mod login_profiles;
pub(crate) mod oidc_providers;
pub(crate) mod policies;
pub(crate) mod policy_entities;
pub(crate) mod policy_versions;
pub(crate) mod roles;
pub(crate) mod service_linked_roles;
pub(crate) mod simulate;
pub(crate) mod tagging;
pub(crate) mod users;
