//! What a record can be found by.

use std::fmt;

/// The index terms of a record, such as `EventName=CreateKey`, in the form in which they are stored: each with its
/// length before it, in one piece of memory. A record has some eight, and tens of thousands of records are written a
/// second.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Terms {
    count: u16,
    packed: Vec<u8>,
}

impl Terms {
    /// None yet.
    pub fn new() -> Self {
        Self {
            count: 0,
            packed: Vec::with_capacity(320),
        }
    }

    /// Adds the term that the parts make together. One that is longer than 65,535 bytes, or one too many for the
    /// format, is left out: the record can't be found by it.
    pub fn add(&mut self, parts: &[&str]) {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        let (Ok(length), Some(count)) = (u16::try_from(length), self.count.checked_add(1)) else {
            return;
        };
        self.count = count;
        self.packed.extend_from_slice(&length.to_be_bytes());
        for part in parts {
            self.packed.extend_from_slice(part.as_bytes());
        }
    }

    /// The terms, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.packed.as_slice();
        std::iter::from_fn(move || {
            let (term, behind) = split(rest)?;
            rest = behind;
            std::str::from_utf8(term).ok()
        })
    }

    /// Whether this very term is among them.
    pub fn contains(&self, term: &str) -> bool {
        self.iter().any(|own| own == term)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u16 {
        self.count
    }

    /// The stored form, without the count.
    pub(super) fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// Reads `count` terms off the front of `bytes`; `None` if they are not there, or no texts.
    pub(super) fn read(count: u16, bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        for _ in 0..count {
            let (term, behind) = split(rest)?;
            std::str::from_utf8(term).ok()?;
            rest = behind;
        }
        let packed = bytes[..bytes.len() - rest.len()].to_vec();
        Some(Self { count, packed })
    }
}

/// The first term and what is behind it.
fn split(packed: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = packed.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

impl<T: AsRef<str>> FromIterator<T> for Terms {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut terms = Self::default();
        for term in all {
            terms.add(&[term.as_ref()]);
        }
        terms
    }
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_come_back_in_their_order() {
        let mut terms = Terms::new();
        terms.add(&["EventName=", "Encrypt"]);
        terms.add(&[""]);
        terms.add(&["é"]);
        assert_eq!(terms.iter().collect::<Vec<_>>(), ["EventName=Encrypt", "", "é"]);
        assert!(terms.contains("EventName=Encrypt") && !terms.contains("EventName"));
        assert_eq!(terms, ["EventName=Encrypt", "", "é"].into_iter().collect());
        assert_eq!(Terms::read(3, terms.packed()), Some(terms));
    }

    #[test]
    fn a_term_that_is_too_long_is_left_out() {
        let mut terms = Terms::new();
        terms.add(&[&"x".repeat(65_536)]);
        terms.add(&["a"]);
        assert_eq!(terms.iter().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let terms: Terms = ["EventName=Encrypt"].into_iter().collect();
        assert_eq!(Terms::read(1, &terms.packed()[..5]), None);
        assert_eq!(Terms::read(2, terms.packed()), None);
        assert_eq!(Terms::read(1, &[0, 1, 0xff]), None);
    }
}
