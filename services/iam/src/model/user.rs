//! An IAM user.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Partition};
use serde::{Deserialize, Serialize};

use super::belongings::Belongings;
use super::permissions::Permissions;

/// A user as it stands in the store, under its name in lower case (names differ by more than case).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    /// Its name.
    pub name: String,
    /// `/` or `/division/team/`.
    pub path: String,
    /// `AIDA…`
    pub id: String,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What it may do by itself.
    pub permissions: Permissions,
    /// The groups it is in, by name.
    pub groups: Vec<String>,
    /// Its access keys, by id, oldest first.
    pub access_keys: Vec<String>,
    /// Its console password, if it has one.
    #[serde(default)]
    pub login: Option<LoginProfile>,
    /// Its keys, certificates and devices.
    #[serde(default)]
    pub belongings: Belongings,
}

/// A console password: kept as a hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoginProfile {
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// When it was set, in ms since the epoch.
    pub created_ms: i64,
    /// The user must choose a new one at the next sign-in.
    pub reset_required: bool,
}

impl User {
    /// `arn:aws:iam::<account>:user<path><name>`.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!(
            "arn:{}:iam::{account}:user{}{}",
            Partition::Aws,
            self.path,
            self.name
        )
    }
}
