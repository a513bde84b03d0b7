//! What a sealed record belongs to.

/// The owner and purpose of a sealed record. It is authenticated, not stored: whoever opens the record must
/// name the same owner and purpose.
///
/// ```
/// # use haechi_crypto::Binding;
/// let of_a_key = Binding::new("kms/material").with("111122223333").with("ap-northeast-2").with("mrk-1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding(Vec<u8>);

impl Binding {
    /// A binding to a purpose, such as `kms/material` or `iam/secret-access-key`.
    pub fn new(purpose: &str) -> Self {
        Self(Vec::with_capacity(96)).with(purpose)
    }

    /// Adds a part of the owner's name: account, Region, key id, material id … Order matters.
    /// Parts are written with their length, so that ("ab", "c") is not ("a", "bc").
    pub fn with(mut self, part: &str) -> Self {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part.as_bytes());
        self
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(
            Binding::new("p").with("ab").with("c"),
            Binding::new("p").with("a").with("bc")
        );
        assert_ne!(Binding::new("p").with("a"), Binding::new("p").with("a").with(""));
    }
}
