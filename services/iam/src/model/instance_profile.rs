//! An instance profile: the container in which EC2 finds a role.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Partition};
use serde::{Deserialize, Serialize};

/// An instance profile as it stands in the store, under its name in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InstanceProfile {
    /// Its name.
    pub name: String,
    /// `/` or `/division/team/`.
    pub path: String,
    /// `AIPA…`
    pub id: String,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The name of its role: one at most.
    pub role: Option<String>,
}

impl InstanceProfile {
    /// `arn:aws:iam::<account>:instance-profile<path><name>`.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!(
            "arn:{}:iam::{account}:instance-profile{}{}",
            Partition::Aws,
            self.path,
            self.name
        )
    }
}
