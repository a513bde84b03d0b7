//! Bytes that may be secret.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

/// A blob of a request or reply: plaintext, ciphertext, a key.
///
/// The wire does not know which blob is secret in fact (a `Plaintext` is, a `CiphertextBlob` is not),
/// so every blob is wiped when it is dropped and prints only its length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(Zeroizing<Vec<u8>>);

impl Blob {
    /// The bytes, out of the reach of the wiping drop; the caller answers for them.
    pub fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.0)
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl<const N: usize> From<&[u8; N]> for Blob {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_length_and_no_content() {
        let blob = Blob::from(b"correct horse");
        assert_eq!(format!("{blob:?}"), "Blob(13 bytes)");
    }

    #[test]
    fn into_vec_hands_over_the_bytes() {
        assert_eq!(Blob::from(vec![1, 2, 3]).into_vec(), [1, 2, 3]);
    }
}
