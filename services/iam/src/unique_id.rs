//! Unique ids: a prefix that tells the kind, and 17 characters.
//!
//! Source: IAM user guide, "IAM identifiers".

use haechi_core::Random;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(crate) const USER: &str = "AIDA";
pub(crate) const ROLE: &str = "AROA";
pub(crate) const GROUP: &str = "AGPA";
pub(crate) const POLICY: &str = "ANPA";
pub(crate) const INSTANCE_PROFILE: &str = "AIPA";
pub(crate) const PUBLIC_KEY: &str = "APKA";
pub(crate) const SERVICE_CREDENTIAL: &str = "ACCA";
pub(crate) const SERVER_CERTIFICATE: &str = "ASCA";

/// A fresh id of a kind.
pub(crate) fn fresh(random: &dyn Random, prefix: &str) -> String {
    format!("{prefix}{}", random.text(17, ALPHABET))
}

/// A fresh id of a signing certificate: it has no prefix.
pub(crate) fn certificate(random: &dyn Random) -> String {
    random.text(32, ALPHABET)
}
