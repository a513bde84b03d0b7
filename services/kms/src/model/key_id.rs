//! The id of a key.

use std::fmt;

use haechi_core::Random;
use serde::{Deserialize, Serialize};

/// A key id: a UUID, or `mrk-` and 32 hexadecimal digits for multi-Region keys. Seeded keys may have other ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// A fresh id.
    pub fn fresh(random: &dyn Random, multi_region: bool) -> Self {
        if multi_region {
            Self(format!("mrk-{}", random.hex(32)))
        } else {
            Self(random.uuid())
        }
    }

    /// An id that someone chose: 1 to 64 letters, digits, hyphens and underscores.
    pub fn custom(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether AWS could have given it: a UUID, or `mrk-` and 32 hexadecimal digits.
    pub fn is_genuine(&self) -> bool {
        let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        if let Some(rest) = self.0.strip_prefix("mrk-") {
            return rest.len() == 32 && hex(rest);
        }
        let parts: Vec<&str> = self.0.split('-').collect();
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| hex(part))
    }

    /// Whether it is the id of a multi-Region key.
    pub fn is_multi_region(&self) -> bool {
        self.0.starts_with("mrk-")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
