//! An access key: its id is public, its secret is sealed.

use haechi_core::AccountId;
use haechi_crypto::{Binding, Sealed};
use serde::{Deserialize, Serialize};

/// An access key as it stands in the store, under its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    /// `AKIA…`
    pub id: String,
    /// The account it belongs to. Never read from the id's text.
    pub account: AccountId,
    /// Whose it is.
    pub owner: KeyOwner,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// The secret, under the account's domain key.
    pub secret: Sealed,
}

/// Whose an access key is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyOwner {
    /// The account's root user.
    Root,
    /// An IAM user, by name.
    User(String),
}

/// What a sealed secret is bound to.
pub(crate) fn binding(account: &AccountId, key_id: &str) -> Binding {
    Binding::new("iam/secret-access-key")
        .with(account.as_str())
        .with(key_id)
}
