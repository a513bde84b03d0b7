//! An account.

use haechi_core::AccountId;
use serde::{Deserialize, Serialize};

/// An account of this deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name that its maker gave it.
    pub name: String,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// Access keys of its root user, at most two.
    pub root_keys: Vec<String>,
    /// The account alias of the sign-in page.
    #[serde(default)]
    pub alias: Option<String>,
    /// The account's password policy.
    #[serde(default)]
    pub password_policy: Option<serde_json::Value>,
}
