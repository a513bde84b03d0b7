//! AWS Identity and Access Management.
//!
//! Owns accounts, users, groups, roles, managed policies and access keys (see [`store`]). Trust boundary: it answers
//! the platform's two questions, whose key is this ([`credentials`]) and what bounds this caller ([`identities`]).

mod accounts;
mod aws_managed;
mod credentials;
mod identities;
mod model;
mod roles;
mod store;

use std::sync::Arc;

use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

pub use crate::accounts::{AccountExistsError, NewAccessKey};
use crate::identities::ParsedPolicies;

/// The service's state.
pub struct Iam {
    platform: Platform,
    keyring: Arc<Keyring>,
    parsed: ParsedPolicies,
}

impl Iam {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>) -> Arc<Self> {
        let parsed = ParsedPolicies::new(&platform.store);
        Arc::new(Self { platform, keyring, parsed })
    }
}

/// The operations, one line each.
pub fn service(iam: Arc<Iam>) -> Arc<dyn Service> {
    Arc::new(Router::new(&haechi_api_iam::SERVICE, iam))
}
