//! Chance as a parameter: identifiers, tokens, jitter.
//!
//! Key material does not come from here: the crypto engine draws it from its provider's own generator, as a
//! validated module must.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::rand::{SecureRandom, SystemRandom as Provider};
use parking_lot::Mutex;

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

/// How many bytes are drawn from the provider at once.
const POOL: usize = 1024;
/// Requests up to this length are served from the pool.
const SMALL: usize = 64;

/// The system's generator, through the crypto provider.
///
/// A draw of the provider has a high price whatever its length (it mixes in fresh entropy each time), and every call
/// needs two or three identifiers: so they are cut from a larger draw, each byte handed out once.
#[derive(Debug, Default)]
pub struct SystemRandom {
    provider: Provider,
    pools: [Mutex<Pool>; 4],
    turn: AtomicUsize,
}

struct Pool {
    bytes: [u8; POOL],
    used: usize,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            bytes: [0; POOL],
            used: POOL,
        }
    }
}

impl std::fmt::Debug for Pool {
    /// What is still to be handed out is nobody's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pool")
    }
}

impl SystemRandom {
    /// The generator.
    pub fn new() -> Self {
        Self::default()
    }

    fn draw(&self, bytes: &mut [u8]) {
        self.provider
            .fill(bytes)
            .expect("the provider's generator has no failure that a caller could mend");
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > SMALL {
            return self.draw(bytes);
        }
        // Threads take turns, so that they seldom meet.
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.pools.len();
        let mut pool = self.pools[turn].lock();
        if pool.used + bytes.len() > POOL {
            self.draw(&mut pool.bytes);
            pool.used = 0;
        }
        let (from, to) = (pool.used, pool.used + bytes.len());
        bytes.copy_from_slice(&pool.bytes[from..to]);
        pool.bytes[from..to].fill(0);
        pool.used = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_is_handed_out_once() {
        let random = SystemRandom::new();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            let mut bytes = [0; 16];
            random.fill(&mut bytes);
            assert!(seen.insert(bytes));
        }
        let mut large = [0; 4096];
        random.fill(&mut large);
        assert!(large.iter().any(|byte| *byte != 0));
    }

    #[test]
    fn text_keeps_to_its_alphabet_and_length() {
        let random: &dyn Random = &SystemRandom::new();
        let text = random.text(100, b"ab");
        assert_eq!(text.len(), 100);
        assert!(text.bytes().all(|b| b == b'a' || b == b'b'));
        assert_ne!(random.uuid(), random.uuid());
    }
}
