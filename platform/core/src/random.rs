//! Chance as a parameter: identifiers, tokens, jitter.
//!
//! Key material does not come from here: the crypto engine draws it from its provider's own generator, as a
//! validated module must.

use aws_lc_rs::rand::{SecureRandom, SystemRandom as Provider};

/// Where identifiers and tokens come from.
pub trait Random: Send + Sync {
    /// Fills `bytes`; never fails, since the provider aborts rather than hand out weak bytes.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Random + '_ {
    /// A version-4 UUID in its usual form.
    pub fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// `length` characters of `alphabet`, each equally likely.
    pub fn text(&self, length: usize, alphabet: &[u8]) -> String {
        let limit = 256 - 256 % alphabet.len();
        let mut text = String::with_capacity(length);
        let mut bytes = [0; 64];
        while text.len() < length {
            self.fill(&mut bytes);
            for byte in bytes {
                // A byte past the last whole multiple would favour the first letters.
                if usize::from(byte) < limit && text.len() < length {
                    text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
                }
            }
        }
        text
    }

    /// `length` lower-case hexadecimal digits.
    pub fn hex(&self, length: usize) -> String {
        self.text(length, b"0123456789abcdef")
    }
}

/// The system's generator, through the crypto provider.
#[derive(Debug, Default)]
pub struct SystemRandom(Provider);

impl SystemRandom {
    /// The generator.
    pub fn new() -> Self {
        Self(Provider::new())
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .fill(bytes)
            .expect("the provider's generator has no failure that a caller could mend");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_to_its_alphabet_and_length() {
        let random: &dyn Random = &SystemRandom::new();
        let text = random.text(100, b"ab");
        assert_eq!(text.len(), 100);
        assert!(text.bytes().all(|b| b == b'a' || b == b'b'));
        assert_ne!(random.uuid(), random.uuid());
    }
}
