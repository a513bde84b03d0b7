//! The encryption context in a form that can be authenticated.

/// An encryption context, brought into one unambiguous order and form.
///
/// Pairs are sorted by key as bytes, and every key and value is written with its length, so that `{a: bc}` is
/// not `{ab: c}` and the order in which a client sent its pairs does not matter. Keys and values are compared
/// exactly, case included. An absent context and an empty one are the same, as with AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalContext(Vec<u8>);

impl CanonicalContext {
    /// The context of no pairs.
    pub fn empty() -> Self {
        Self(0u32.to_be_bytes().to_vec())
    }

    /// The canonical form of the pairs of a map, in whatever order they come.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable();
        let length = pairs
            .iter()
            .map(|(key, value)| key.len() + value.len() + 8)
            .sum::<usize>();
        let mut bytes = Vec::with_capacity(4 + length);
        bytes.extend_from_slice(&(pairs.len() as u32).to_be_bytes());
        for part in pairs.into_iter().flat_map(|(key, value)| [key, value]) {
            bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_boundaries_do() {
        assert_eq!(
            CanonicalContext::new([("b", "2"), ("a", "1")]),
            CanonicalContext::new([("a", "1"), ("b", "2")])
        );
        assert_ne!(
            CanonicalContext::new([("a", "bc")]),
            CanonicalContext::new([("ab", "c")])
        );
        assert_ne!(
            CanonicalContext::new([("a", "1"), ("b", "2")]),
            CanonicalContext::new([("a", "1")])
        );
        assert_ne!(
            CanonicalContext::new([("a", "A")]),
            CanonicalContext::new([("a", "a")])
        );
        assert_eq!(CanonicalContext::new([]), CanonicalContext::empty());
    }
}
