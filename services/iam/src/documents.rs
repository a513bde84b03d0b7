//! Policy documents: checked on the way in, URL-encoded (RFC 3986) on the way out.

use haechi_core::Failure;
use haechi_policy::{Policy, PolicyKind, policy_size};

use crate::error;

/// The quota of a managed policy's document.
const MANAGED_SIZE: usize = 6144;
/// The quota of a trust policy.
const TRUST_SIZE: usize = 2048;

/// A document for a managed policy.
pub(crate) fn check_managed(document: &str) -> Result<(), Failure> {
    check_identity(document)?;
    if policy_size(document) > MANAGED_SIZE {
        return Err(error::quota("PolicySize", MANAGED_SIZE));
    }
    Ok(())
}

/// A document for a user, group or role.
pub(crate) fn check_identity(document: &str) -> Result<(), Failure> {
    Policy::parse(document, PolicyKind::Identity)
        .map(drop)
        .map_err(|error| error::malformed(&error))
}

/// A document that says who may assume a role.
pub(crate) fn check_trust(document: &str) -> Result<Policy, Failure> {
    if serde_json::from_str::<serde::de::IgnoredAny>(document).is_err() {
        return Err(error::malformed_text("This policy contains invalid Json"));
    }
    let policy = Policy::parse(document, PolicyKind::Trust).map_err(|error| error::malformed(&error))?;
    if policy_size(document) > TRUST_SIZE {
        return Err(error::quota("ACLSizePerRole", TRUST_SIZE));
    }
    Ok(policy)
}

/// A document as IAM's answers carry it.
pub(crate) fn encoded(document: &str) -> String {
    use std::fmt::Write;
    document
        .bytes()
        .fold(String::with_capacity(document.len() * 2), |mut text, byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                let _ = write!(text, "%{byte:02X}");
            }
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_unreserved_characters_are_encoded() {
        assert_eq!(
            encoded("{\"a\": \"ü~*+\"}"),
            "%7B%22a%22%3A%20%22%C3%BC~%2A%2B%22%7D"
        );
    }
}
