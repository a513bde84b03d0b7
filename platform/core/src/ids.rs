//! Accounts, Regions and partitions.

use std::fmt;
use std::sync::Arc;

use haechi_store::Scope;
use serde::{Deserialize, Serialize};

/// A text is not what the type demands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// An account id is exactly twelve digits.
    #[error("{0:?} is not an account id: it takes exactly 12 digits")]
    Account(String),
    /// A Region name is lower-case letters, digits and hyphens, such as `ap-northeast-2`.
    #[error("{0:?} is not a Region name, such as ap-northeast-2")]
    Region(String),
}

/// An AWS account: exactly twelve digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// Parses twelve digits.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.into()))
        } else {
            Err(IdError::Account(text.to_owned()))
        }
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A Region such as `ap-northeast-2`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(Arc<str>);

impl Region {
    /// Parses a Region's name; whether it is one that exists is not asked here.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let plausible = (3..=32).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.as_bytes()[0].is_ascii_lowercase();
        if plausible {
            Ok(Self(text.into()))
        } else {
            Err(IdError::Region(text.to_owned()))
        }
    }

    /// The Region in which global services (IAM, STS's global endpoint) keep their records.
    pub fn global() -> Self {
        Self("us-east-1".into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition this Region belongs to, by its prefix.
    pub fn partition(&self) -> Partition {
        let prefixes = [
            ("cn-", Partition::AwsCn),
            ("us-gov-", Partition::AwsUsGov),
            ("eusc-", Partition::AwsEusc),
            ("us-iso-", Partition::AwsIso),
            ("us-isob-", Partition::AwsIsoB),
            ("eu-isoe-", Partition::AwsIsoE),
            ("us-isof-", Partition::AwsIsoF),
        ];
        prefixes
            .iter()
            .find(|(prefix, _)| self.0.starts_with(prefix))
            .map_or(Partition::Aws, |(_, partition)| *partition)
    }

    /// Where an account keeps what it has in this Region.
    pub fn scope(&self, account: &AccountId) -> Scope {
        Scope::new(self.partition().as_str(), account.as_str(), self.as_str())
    }

    /// Where there is what is one for all accounts of this Region.
    pub fn shared_scope(&self) -> Scope {
        Scope::new(self.partition().as_str(), Scope::NONE, self.as_str())
    }
}

macro_rules! text_traits {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $type {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }
        impl From<$type> for String {
            fn from(id: $type) -> String {
                id.0.as_ref().to_owned()
            }
        }
    };
}

text_traits!(AccountId);
text_traits!(Region);

/// A partition: a set of Regions that shares nothing with another (botocore's `partitions.json`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Partition {
    /// The commercial Regions.
    #[default]
    Aws,
    /// China.
    AwsCn,
    /// GovCloud (US).
    AwsUsGov,
    /// The European Sovereign Cloud.
    AwsEusc,
    /// The isolated Regions `us-iso-…`.
    AwsIso,
    /// The isolated Regions `us-isob-…`.
    AwsIsoB,
    /// The isolated Regions `eu-isoe-…`.
    AwsIsoE,
    /// The isolated Regions `us-isof-…`.
    AwsIsoF,
}

impl Partition {
    /// The name as it stands in an ARN.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
        }
    }

    /// The domain under which services have their host names.
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::AwsCn => "amazonaws.com.cn",
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsEusc => "amazonaws.eu",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_is_twelve_digits_and_nothing_else() {
        assert!(AccountId::parse("000000000000").is_ok());
        for bad in [
            "",
            "12345678901",
            "1234567890123",
            "12345678901a",
            "１２３４５６７８９０１２",
        ] {
            assert!(AccountId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_region_names_its_partition() {
        assert_eq!(Region::parse("cn-north-1").unwrap().partition(), Partition::AwsCn);
        assert_eq!(
            Region::parse("us-gov-west-1").unwrap().partition(),
            Partition::AwsUsGov
        );
        assert_eq!(
            Region::parse("ap-northeast-2").unwrap().partition(),
            Partition::Aws
        );
        let sovereign = Region::parse("eusc-de-east-1").unwrap().partition();
        assert_eq!(
            (sovereign.as_str(), sovereign.dns_suffix()),
            ("aws-eusc", "amazonaws.eu")
        );
        assert!(Region::parse("../etc").is_err());
    }
}
