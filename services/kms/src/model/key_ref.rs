//! The four ways in which a request names a key.

use haechi_core::{AccountId, Arn, Region};

use super::alias::AliasName;
use super::key_id::KeyId;

/// A key as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRef {
    /// A key id, in the caller's account and Region.
    Id(KeyId),
    /// A key ARN.
    Arn {
        /// The key's account.
        account: AccountId,
        /// The key's Region.
        region: Region,
        /// The key's id.
        id: KeyId,
    },
    /// An alias name, in the caller's account and Region.
    Alias(AliasName),
    /// An alias ARN.
    AliasArn {
        /// The alias's account.
        account: AccountId,
        /// The alias's Region.
        region: Region,
        /// The alias's name.
        name: AliasName,
    },
}

impl KeyRef {
    /// Reads a `KeyId` parameter; `None` where it is none of the four.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(arn) = Arn::parse(text) {
            if arn.service() != "kms" {
                return None;
            }
            let account = AccountId::parse(arn.account()).ok()?;
            let region = Region::parse(arn.region()).ok()?;
            if let Some(id) = arn.resource().strip_prefix("key/") {
                return Some(Self::Arn {
                    account,
                    region,
                    id: KeyId::custom(id)?,
                });
            }
            return Some(Self::AliasArn {
                account,
                region,
                name: AliasName::parse(arn.resource())?,
            });
        }
        if text.starts_with("alias/") {
            return AliasName::parse(text).map(Self::Alias);
        }
        KeyId::custom(text).map(Self::Id)
    }

    /// The alias, where the key is named by one.
    pub fn alias(&self) -> Option<&AliasName> {
        match self {
            Self::Alias(name) | Self::AliasArn { name, .. } => Some(name),
            Self::Id(_) | Self::Arn { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms_are_told_apart() {
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        assert!(matches!(KeyRef::parse(id), Some(KeyRef::Id(_))));
        let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{id}");
        assert!(matches!(KeyRef::parse(&arn), Some(KeyRef::Arn { .. })));
        assert!(matches!(KeyRef::parse("alias/a/b"), Some(KeyRef::Alias(_))));
        let arn = "arn:aws:kms:us-east-1:111122223333:alias/a";
        assert!(matches!(KeyRef::parse(arn), Some(KeyRef::AliasArn { .. })));
    }

    #[test]
    fn what_names_no_key_is_refused() {
        for bad in [
            "",
            "alias/",
            "arn:aws:iam::111122223333:role/r",
            "arn:aws:kms:us-east-1:1:key/k",
            "a/b",
            "a b",
        ] {
            assert!(KeyRef::parse(bad).is_none(), "{bad}");
        }
    }
}
