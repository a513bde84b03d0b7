//! What guards a front.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::ZeroizeOnDrop;

/// A web ACL with all that it refers to, and the resources it guards. The gateway compiles it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Protection {
    /// The web ACL's ARN.
    pub web_acl: String,
    /// The account that owns it.
    pub account: String,
    /// Changes whenever anything below changes, so that the gateway compiles only what is new.
    pub digest: String,
    /// The web ACL in AWS's JSON, search strings in Base64.
    pub definition: String,
    /// Rule groups that it refers to, by ARN, in AWS's JSON.
    pub rule_groups: BTreeMap<String, String>,
    /// Address ranges by the ARN of their IP set.
    pub ip_sets: BTreeMap<String, Vec<String>>,
    /// Expressions by the ARN of their regex pattern set.
    pub regex_pattern_sets: BTreeMap<String, Vec<String>>,
    /// ARNs of the resources it guards.
    pub resources: Vec<String>,
    /// The logging configuration in AWS's JSON, where there is one; requests are reported for logs only then.
    pub logging: Option<String>,
    /// What signs the tokens of Captcha and Challenge.
    pub token_key: SigningKey,
}

/// A secret for signing tokens; never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct SigningKey(Vec<u8>);

impl SigningKey {
    /// The key of these bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for signing.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SigningKey(…)")
    }
}
