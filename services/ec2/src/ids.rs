//! Ids: a prefix that tells the kind, and 17 hexadecimal digits that begin with a zero.

use haechi_core::Random;
use sha2::{Digest, Sha256};

/// A fresh id of a kind: `vpc-0…`.
pub(crate) fn fresh(random: &dyn Random, prefix: &str) -> String {
    format!("{prefix}-0{}", random.hex(16))
}

/// The id that follows from what it belongs to: the same for the same parts, always.
pub(crate) fn derived(prefix: &str, parts: &[&str]) -> String {
    format!("{prefix}-0{}", &hex::encode(digest(parts))[..16])
}

/// Bytes that follow from the parts; not a secret.
pub(crate) fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_id_is_the_same_each_time_and_differs_with_its_parts() {
        let id = derived("vpc", &["default", "1"]);
        assert_eq!(id, derived("vpc", &["default", "1"]));
        assert_ne!(id, derived("vpc", &["default1", ""]), "parts do not run together");
        assert_eq!(id.len(), "vpc-".len() + 17);
    }
}
