//! The spelling of members outside of the wire.

/// `KeyId` → `keyId`: how AWS names members in validation messages and CloudTrail records. Only the
/// first letter changes, so `SAMLAssertionID` is `sAMLAssertionID`, as AWS writes it.
pub(crate) fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
}
