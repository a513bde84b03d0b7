//! A SAML identity provider.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Partition};
use haechi_crypto::{Binding, Sealed};
use serde::{Deserialize, Serialize};

/// A provider as it stands in the store, under its name in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SamlProvider {
    /// Its name.
    pub name: String,
    /// Letters and digits.
    pub id: String,
    /// The metadata that the identity provider wrote, as it was put.
    pub metadata: String,
    /// Until when the metadata holds, in ms since the epoch.
    pub valid_until_ms: i64,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// Whether assertions must be encrypted.
    pub encryption_required: bool,
    /// Keys that open encrypted assertions, two at most.
    pub private_keys: Vec<SamlPrivateKey>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A key that opens encrypted assertions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SamlPrivateKey {
    /// Letters and digits.
    pub id: String,
    /// When it was put, in ms since the epoch.
    pub added_ms: i64,
    /// The key in PEM, under the account's domain key.
    pub key: Sealed,
}

impl SamlProvider {
    /// `arn:aws:iam::<account>:saml-provider/<name>`.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!(
            "arn:{}:iam::{account}:saml-provider/{}",
            Partition::Aws,
            self.name
        )
    }
}

/// What a sealed private key is bound to.
pub(crate) fn binding(account: &AccountId, key_id: &str) -> Binding {
    Binding::new("iam/saml-private-key")
        .with(account.as_str())
        .with(key_id)
}
