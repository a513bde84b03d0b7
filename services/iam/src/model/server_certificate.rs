//! A server certificate with its private key.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Partition};
use haechi_crypto::{Binding, Sealed};
use serde::{Deserialize, Serialize};

/// A certificate as it stands in the store, under its name in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ServerCertificate {
    /// Its name.
    pub name: String,
    /// `/` or `/cloudfront/`.
    pub path: String,
    /// `ASCA…`
    pub id: String,
    /// PEM.
    pub body: String,
    /// The certificates above it, PEM one after the other.
    pub chain: Option<String>,
    /// The private key in PEM, under the account's domain key. No operation gives it out.
    pub private_key: Sealed,
    /// When the certificate ends, in ms since the epoch.
    pub expires_ms: i64,
    /// When it was uploaded, in ms since the epoch.
    pub uploaded_ms: i64,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl ServerCertificate {
    /// `arn:aws:iam::<account>:server-certificate<path><name>`.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!(
            "arn:{}:iam::{account}:server-certificate{}{}",
            Partition::Aws,
            self.path,
            self.name
        )
    }
}

/// What the sealed key is bound to: the certificate's id stays when it is renamed.
pub(crate) fn binding(account: &AccountId, certificate_id: &str) -> Binding {
    Binding::new("iam/server-certificate")
        .with(account.as_str())
        .with(certificate_id)
}
