//! An OpenID Connect identity provider.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Partition};
use serde::{Deserialize, Serialize};

/// A provider as it stands in the store, under its URL in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OidcProvider {
    /// Host and path of the issuer, without `https://`.
    pub url: String,
    /// The audiences whose tokens are taken.
    pub client_ids: Vec<String>,
    /// SHA-1 thumbprints of certificates of the issuer's keys' server.
    pub thumbprints: Vec<String>,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl OidcProvider {
    /// `arn:aws:iam::<account>:oidc-provider/<host and path>`.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!("arn:{}:iam::{account}:oidc-provider/{}", Partition::Aws, self.url)
    }
}
