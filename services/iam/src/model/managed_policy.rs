//! A customer managed policy with its versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A managed policy as it stands in the store, under its ARN.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ManagedPolicy {
    /// `arn:aws:iam::<account>:policy<path><name>`.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `/` or `/division/team/`.
    pub path: String,
    /// `ANPA…`
    pub id: String,
    /// What its maker says of it.
    pub description: Option<String>,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// When its versions last changed, in ms since the epoch.
    pub updated_ms: i64,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its versions, oldest first; at most five.
    pub versions: Vec<PolicyVersion>,
    /// The number of the version in force.
    pub default_version: u32,
    /// The number that the next version gets: numbers are never used again.
    pub next_version: u32,
}

/// One version of a managed policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyVersion {
    /// Its number: 1 is `v1`.
    pub number: u32,
    /// The document, as it was put.
    pub document: String,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
}

impl ManagedPolicy {
    /// The document in force.
    pub(crate) fn default_document(&self) -> Option<&str> {
        self.version(self.default_version).map(|v| v.document.as_str())
    }

    /// A version by its number.
    pub(crate) fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|v| v.number == number)
    }
}
