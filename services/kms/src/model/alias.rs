//! A name for a key.

use std::fmt;

use haechi_core::{AccountId, Region};
use serde::{Deserialize, Serialize};

use super::key_id::KeyId;

/// `alias/` and at least one more character of `a-zA-Z0-9:/_-`, 256 in all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AliasName(String);

impl AliasName {
    /// Reads a name, prefix included.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("alias/")?;
        let fits = !rest.is_empty()
            && text.len() <= 256
            && rest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b":/_-".contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// The name, prefix included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is one of the names that AWS keeps for its managed keys.
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with("alias/aws/")
    }

    /// The service of a reserved name: `ssm` of `alias/aws/ssm`.
    pub fn managed_service(&self) -> Option<&str> {
        self.0.strip_prefix("alias/aws/").filter(|s| !s.is_empty())
    }

    /// The alias's ARN.
    pub fn arn(&self, account: &AccountId, region: &Region) -> String {
        format!("arn:{}:kms:{region}:{account}:{}", region.partition(), self.0)
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An alias as it stands in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Alias {
    /// Its name.
    pub name: AliasName,
    /// The key it points at.
    pub target: KeyId,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// When its target last changed, in ms since the epoch.
    pub updated_ms: i64,
}
