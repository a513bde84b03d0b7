//! AWS Security Token Service.
//!
//! Owns no table: a session is its token. The token carries the principal, the session's policies and tags and the
//! secret, sealed under the account's domain key ([`token`]), so that every node can open it and issuing one writes
//! nothing but its audit record. Trust boundary: what a sealed token says was decided here and nowhere else.

mod assuming;
mod credentials;
mod identity_token;
mod issue;
mod issuers;
mod ops;
mod second_factor;
mod session_input;
mod token;

use std::sync::Arc;

use haechi_api_sts::op;
use haechi_core::ports::Roles;
use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

pub use crate::issuers::{IssuerError, Issuers};
use crate::token::OpenedTokens;

/// The service's state.
pub struct Sts {
    platform: Platform,
    keyring: Arc<Keyring>,
    roles: Arc<dyn Roles>,
    issuers: Issuers,
    tokens: OpenedTokens,
}

impl Sts {
    /// The service over its platform; `issuers` are those whose tokens AssumeRoleWithWebIdentity takes.
    pub fn new(
        platform: Platform,
        keyring: Arc<Keyring>,
        roles: Arc<dyn Roles>,
        issuers: Issuers,
    ) -> Arc<Self> {
        Arc::new(Self {
            platform,
            keyring,
            roles,
            issuers,
            tokens: OpenedTokens::default(),
        })
    }
}

/// The operations, one line each.
pub fn service(sts: Arc<Sts>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_sts::SERVICE, sts)
        .on::<op::AssumeRole, _, _>(ops::assume_role::assume_role)
        .on::<op::AssumeRoleWithWebIdentity, _, _>(
            ops::assume_role_with_web_identity::assume_role_with_web_identity,
        )
        .on::<op::GetAccessKeyInfo, _, _>(ops::get_access_key_info::get_access_key_info)
        .on::<op::GetCallerIdentity, _, _>(ops::get_caller_identity::get_caller_identity)
        .on::<op::GetFederationToken, _, _>(ops::get_federation_token::get_federation_token)
        .on::<op::GetSessionToken, _, _>(ops::get_session_token::get_session_token);
    Arc::new(router)
}
