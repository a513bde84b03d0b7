//! Bytes that nobody may see: they are wiped when dropped, compared in constant time, never printed.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::CryptoError;
use crate::random;

/// A plaintext or other secret of any length.
///
/// There is no `Display`, `Debug` prints the length alone, and the only way to the bytes is
/// [`Plaintext::expose`], so that every place that looks at a secret can be found by that name.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Plaintext(Vec<u8>);

impl Plaintext {
    /// Takes over `bytes`; they are wiped when the value is dropped.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Copies `bytes`. The caller stays responsible for wiping the original.
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The secret bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes, redacted)", self.0.len())
    }
}

impl PartialEq for Plaintext {
    /// Constant in time for equal lengths.
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl Eq for Plaintext {}

/// A 256-bit key.
///
/// It lives on the heap, so that moving the value leaves no copies behind on the stack.
#[derive(Clone)]
pub struct KeyBytes(Box<Zeroizing<[u8; Self::LEN]>>);

impl KeyBytes {
    /// The length of every key of this type, in bytes.
    pub const LEN: usize = 32;

    /// A new random key.
    pub fn generate() -> Result<Self, CryptoError> {
        let mut key = Self::zeroed();
        random::fill(key.as_mut_slice())?;
        Ok(key)
    }

    /// Copies a key from exactly 32 bytes; `None` for any other length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self::zeroed();
        if bytes.len() != Self::LEN {
            return None;
        }
        key.as_mut_slice().copy_from_slice(bytes);
        Some(key)
    }

    /// The secret bytes.
    pub fn expose(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    pub(crate) fn zeroed() -> Self {
        Self(Box::new(Zeroizing::new([0; Self::LEN])))
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        self.0.as_mut_slice()
    }
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyBytes(redacted)")
    }
}

impl PartialEq for KeyBytes {
    /// Constant in time.
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.expose(), other.expose())
    }
}

impl Eq for KeyBytes {}

/// Whether two byte strings are equal; for equal lengths the time does not depend on the content.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret_byte() {
        let text = format!(
            "{:?} {:?}",
            Plaintext::copy_of(b"hunter2"),
            KeyBytes::from_slice(&[0x41; 32])
        );
        assert_eq!(text, "Plaintext(7 bytes, redacted) Some(KeyBytes(redacted))");
    }

    #[test]
    fn equality_looks_at_length_and_content() {
        assert_eq!(Plaintext::copy_of(b"abc"), Plaintext::copy_of(b"abc"));
        assert_ne!(Plaintext::copy_of(b"abc"), Plaintext::copy_of(b"abd"));
        assert_ne!(Plaintext::copy_of(b"abc"), Plaintext::copy_of(b"abcd"));
        assert_ne!(KeyBytes::generate().unwrap(), KeyBytes::generate().unwrap());
    }

    #[test]
    fn key_bytes_are_exactly_32() {
        assert!(KeyBytes::from_slice(&[1; 31]).is_none());
        assert!(KeyBytes::from_slice(&[1; 33]).is_none());
    }
}
