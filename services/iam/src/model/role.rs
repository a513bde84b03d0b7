//! A role.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Partition};
use serde::{Deserialize, Serialize};

use super::permissions::Permissions;

/// A role as it stands in the store, under its name in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    /// Its name.
    pub name: String,
    /// `/` or `/service-role/`.
    pub path: String,
    /// `AROA…`
    pub id: String,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// What its maker says of it.
    pub description: Option<String>,
    /// The longest session, in seconds: 3,600 to 43,200.
    pub max_session_seconds: i64,
    /// Who may assume it: the document, as it was put.
    pub trust_policy: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What its sessions may do.
    pub permissions: Permissions,
    /// The users and roles that the trust policy names, with their unique ids at the time when it was put: a name
    /// that goes to somebody else does not take the trust with it.
    #[serde(default)]
    pub trusted: BTreeMap<String, String>,
}

/// When a role was last assumed, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RoleUse {
    /// In ms since the epoch.
    pub at_ms: i64,
    /// The Region.
    pub region: String,
}

impl Role {
    /// `arn:aws:iam::<account>:role<path><name>`.
    pub(crate) fn arn(&self, account: &AccountId) -> String {
        format!(
            "arn:{}:iam::{account}:role{}{}",
            Partition::Aws,
            self.path,
            self.name
        )
    }

    /// Whether an AWS service made it for itself; SCPs do not bind such roles.
    pub(crate) fn is_service_linked(&self) -> bool {
        self.path.starts_with("/aws-service-role/")
    }
}
