//! A group of users.

use haechi_core::{AccountId, Partition};
use serde::{Deserialize, Serialize};

use super::permissions::Permissions;

/// A group as it stands in the store, under its name in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    /// Its name.
    pub name: String,
    /// `/` or `/division/team/`.
    pub path: String,
    /// `AGPA…`
    pub id: String,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// What its members may do.
    pub permissions: Permissions,
    /// Its members, by name.
    pub users: Vec<String>,
}

impl Group {
    /// `arn:aws:iam::<account>:group<path><name>`.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!(
            "arn:{}:iam::{account}:group{}{}",
            Partition::Aws,
            self.path,
            self.name
        )
    }
}
