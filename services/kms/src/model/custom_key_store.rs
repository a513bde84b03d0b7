//! A custom key store: keys whose last lock stands outside.
//!
//! Only external key stores behind a public endpoint can be: there are no CloudHSM clusters and no VPC endpoint
//! services here. Source: KMS developer guide, "External key stores".

use haechi_core::{AccountId, Region};
use haechi_crypto::{Binding, Sealed};
use serde::{Deserialize, Serialize};

/// The most custom key stores of an account in a Region.
pub const MAX_STORES: usize = 10;

/// A custom key store as it stands in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomKeyStore {
    /// `cks-…`.
    pub id: String,
    /// The name, unique in the account and Region.
    pub name: String,
    /// The account that owns it.
    pub account: AccountId,
    /// The Region it lives in.
    pub region: Region,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// Whether its keys can be used.
    pub connection: Connection,
    /// The proxy in front of the external key manager.
    pub proxy: XksProxy,
}

/// `ConnectionState`. What AWS does in the background is done here before the answer, so that the states of passage
/// do not occur.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// Its keys can be used.
    Connected,
    /// Its keys wait.
    Disconnected,
    /// The last attempt to connect failed.
    Failed {
        /// `ConnectionErrorCode`.
        code: String,
    },
}

impl Connection {
    /// AWS's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connected => "CONNECTED",
            Self::Disconnected => "DISCONNECTED",
            Self::Failed { .. } => "FAILED",
        }
    }
}

/// Where an external key store proxy is and how to speak to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct XksProxy {
    /// `https://` and a host.
    pub endpoint: String,
    /// `[/<prefix>]/kms/xks/v1`.
    pub path: String,
    /// Names the secret.
    pub access_key_id: String,
    /// The secret that signs requests, sealed under the domain key.
    pub secret: Sealed,
}

impl CustomKeyStore {
    /// Whether its keys can be used.
    pub fn is_connected(&self) -> bool {
        self.connection == Connection::Connected
    }
}

/// What a sealed proxy secret is bound to: nobody can pass one store's secret off as another's.
pub fn binding(account: &AccountId, region: &Region, store_id: &str) -> Binding {
    Binding::new("kms/xks-credential")
        .with(account.as_str())
        .with(region.as_str())
        .with(store_id)
}
