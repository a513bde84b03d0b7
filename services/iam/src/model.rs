//! What is true of accounts, principals and policies, whatever the API.

pub(crate) mod access_key;
pub(crate) mod account;
pub(crate) mod belongings;
pub(crate) mod group;
pub(crate) mod instance_profile;
pub(crate) mod managed_policy;
pub(crate) mod mfa_device;
pub(crate) mod oidc_provider;
pub(crate) mod permissions;
pub(crate) mod role;
pub(crate) mod saml_provider;
pub(crate) mod server_certificate;
pub(crate) mod user;
