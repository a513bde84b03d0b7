//! A grant: permission by handing over, without a change of policy.

use std::collections::BTreeMap;

use haechi_crypto::KeySpec;
use serde::{Deserialize, Serialize};

use super::key_id::KeyId;
use super::usage::KeyUsage;

/// Grants per key (KMS developer guide, "Resource quotas").
pub const MAX_GRANTS_PER_KEY: usize = 50_000;

/// Whether a text can be a grant token: at least 32 characters of base64, plain or for URLs. Every grant is usable at
/// once, so that a token has no further meaning to a request that uses a key.
pub fn is_well_formed_token(token: &str) -> bool {
    token.len() >= 32
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'='))
}

/// A grant as it stands in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    /// 64 hexadecimal digits.
    pub id: String,
    /// The key it is on.
    pub key: KeyId,
    /// Who may use it: the ARN of a principal, or a service principal.
    pub grantee: String,
    /// The grantee's unique id, where it has one: a namesake made after it was deleted gains nothing.
    #[serde(default)]
    pub grantee_id: Option<String>,
    /// Who may retire it.
    pub retiring: Option<String>,
    /// The retiring principal's unique id, where it has one.
    #[serde(default)]
    pub retiring_id: Option<String>,
    /// What it permits.
    pub operations: Vec<GrantOperation>,
    /// Under which encryption context.
    pub constraint: Option<Constraint>,
    /// The resource on whose behalf an AWS service must act.
    pub source_arn: Option<String>,
    /// The name that makes a repeated CreateGrant idempotent.
    pub name: Option<String>,
    /// The account on whose behalf it was made, by ARN.
    pub issuing_account: String,
    /// When, in ms since the epoch.
    pub created_ms: i64,
}

/// What a grant asks of the encryption context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Constraint {
    /// It must hold at least these pairs.
    Subset(BTreeMap<String, String>),
    /// It must be exactly these pairs.
    Equals(BTreeMap<String, String>),
}

impl Grant {
    /// Whether the holder of this grant may hand `child` on: it permits no more, and is bound at least as tightly.
    pub fn covers(&self, child: &Self) -> bool {
        let operations = child
            .operations
            .iter()
            .all(|operation| self.operations.contains(operation));
        let constraint = match (&self.constraint, &child.constraint) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(parent), Some(child)) => parent.covers(child),
        };
        let source = self.source_arn.is_none() || self.source_arn == child.source_arn;
        operations && constraint && source
    }

    /// Whether a repeated CreateGrant asks for this very grant.
    pub fn is_same_request(&self, other: &Self) -> bool {
        let operations = self.operations.len() == other.operations.len()
            && self
                .operations
                .iter()
                .all(|operation| other.operations.contains(operation));
        operations
            && self.name == other.name
            && (&self.grantee, &self.grantee_id) == (&other.grantee, &other.grantee_id)
            && (&self.retiring, &self.retiring_id) == (&other.retiring, &other.retiring_id)
            && self.constraint == other.constraint
            && self.source_arn == other.source_arn
    }
}

/// Whether a caller is the principal that had the unique id `then`. Sessions of a role have its id before a colon.
pub fn is_same_principal(then: Option<&str>, caller_id: &str) -> bool {
    let Some(id) = then else {
        return true;
    };
    let rest = caller_id.strip_prefix(id);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

impl Constraint {
    /// Its pairs.
    pub fn pairs(&self) -> &BTreeMap<String, String> {
        match self {
            Self::Subset(pairs) | Self::Equals(pairs) => pairs,
        }
    }

    /// AWS's name of its kind (`kms:GrantConstraintType`).
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Subset(_) => "EncryptionContextSubset",
            Self::Equals(_) => "EncryptionContextEquals",
        }
    }

    /// Whether every context that `child` allows is allowed by this one too.
    pub fn covers(&self, child: &Self) -> bool {
        match (self, child) {
            (Self::Equals(pairs), Self::Equals(theirs)) => pairs == theirs,
            (Self::Equals(_), Self::Subset(_)) => false,
            (Self::Subset(_), child) => self.allows(child.pairs()),
        }
    }

    /// Whether an encryption context satisfies the constraint.
    pub fn allows(&self, context: &BTreeMap<String, String>) -> bool {
        match self {
            Self::Equals(pairs) => pairs == context,
            Self::Subset(pairs) => pairs.iter().all(|(key, value)| context.get(key) == Some(value)),
        }
    }
}

macro_rules! grant_operations {
    ($($name:ident),+ $(,)?) => {
        /// An operation that a grant can permit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "the names are those of the operations")]
        pub enum GrantOperation { $($name),+ }

        impl GrantOperation {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// AWS's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

grant_operations!(
    Decrypt,
    Encrypt,
    GenerateDataKey,
    GenerateDataKeyWithoutPlaintext,
    ReEncryptFrom,
    ReEncryptTo,
    Sign,
    Verify,
    GetPublicKey,
    CreateGrant,
    RetireGrant,
    DescribeKey,
    GenerateDataKeyPair,
    GenerateDataKeyPairWithoutPlaintext,
    GenerateMac,
    VerifyMac,
    DeriveSharedSecret,
    Encapsulate,
    Decapsulate,
);

impl GrantOperation {
    /// Reads AWS's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.name() == name)
    }

    /// Whether the operation takes an encryption context, so that a constraint can bind it.
    pub fn takes_context(self) -> bool {
        matches!(
            self,
            Self::Decrypt
                | Self::Encrypt
                | Self::GenerateDataKey
                | Self::GenerateDataKeyWithoutPlaintext
                | Self::GenerateDataKeyPair
                | Self::GenerateDataKeyPairWithoutPlaintext
                | Self::ReEncryptFrom
                | Self::ReEncryptTo
        )
    }
}

/// Whether a key of this usage and spec knows the operation, so that a grant on it may permit it.
///
/// Source: KMS developer guide, "Grant operations".
pub fn fits(operation: GrantOperation, usage: KeyUsage, spec: KeySpec) -> bool {
    use GrantOperation as O;
    let symmetric = spec == KeySpec::Symmetric;
    let asymmetric = matches!(spec, KeySpec::Pair(_));
    match operation {
        O::CreateGrant | O::RetireGrant | O::DescribeKey => true,
        O::GetPublicKey => asymmetric,
        O::Encrypt | O::Decrypt | O::ReEncryptFrom | O::ReEncryptTo => usage == KeyUsage::EncryptDecrypt,
        O::GenerateDataKey
        | O::GenerateDataKeyWithoutPlaintext
        | O::GenerateDataKeyPair
        | O::GenerateDataKeyPairWithoutPlaintext => symmetric,
        O::Sign | O::Verify => usage == KeyUsage::SignVerify,
        O::GenerateMac | O::VerifyMac => usage == KeyUsage::GenerateVerifyMac,
        O::DeriveSharedSecret => usage == KeyUsage::KeyAgreement,
        O::Encapsulate | O::Decapsulate => usage == KeyUsage::EncapsulateDecapsulate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &[(&str, &str)]) -> BTreeMap<String, String> {
        text.iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_child_is_at_least_as_strict_as_its_parent() {
        let (a, ab) = (pairs(&[("a", "1")]), pairs(&[("a", "1"), ("b", "2")]));
        let (subset, equals) = (Constraint::Subset, Constraint::Equals);
        assert!(subset(a.clone()).covers(&subset(ab.clone())));
        assert!(subset(a.clone()).covers(&equals(ab.clone())));
        assert!(!subset(ab.clone()).covers(&subset(a.clone())));
        assert!(equals(a.clone()).covers(&equals(a.clone())));
        assert!(!equals(a.clone()).covers(&equals(ab)));
        assert!(!equals(a.clone()).covers(&subset(a)));
    }

    #[test]
    fn a_namesake_is_another_principal() {
        assert!(is_same_principal(None, "AIDAX"));
        assert!(is_same_principal(Some("AIDAX"), "AIDAX"));
        assert!(is_same_principal(Some("AROAX"), "AROAX:session"));
        assert!(!is_same_principal(Some("AIDAX"), "AIDAY"));
        assert!(!is_same_principal(Some("AIDAX"), "AIDAXY"));
    }

    #[test]
    fn operations_fit_the_kind_of_key() {
        let symmetric = |operation| fits(operation, KeyUsage::EncryptDecrypt, KeySpec::Symmetric);
        assert!(symmetric(GrantOperation::GenerateDataKeyPair));
        assert!(!symmetric(GrantOperation::Sign));
        assert!(!symmetric(GrantOperation::GetPublicKey));
        let rsa: KeySpec = "RSA_2048".parse().unwrap();
        assert!(fits(GrantOperation::Decrypt, KeyUsage::EncryptDecrypt, rsa));
        assert!(!fits(
            GrantOperation::GenerateDataKey,
            KeyUsage::EncryptDecrypt,
            rsa
        ));
        assert!(fits(GrantOperation::GetPublicKey, KeyUsage::SignVerify, rsa));
        assert!(!fits(GrantOperation::Decrypt, KeyUsage::SignVerify, rsa));
    }
}
