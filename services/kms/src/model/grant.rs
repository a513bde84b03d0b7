//! A grant: permission by handing over, without a change of policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::key_id::KeyId;

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
    /// Who may retire it.
    pub retiring: Option<String>,
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

impl Constraint {
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
