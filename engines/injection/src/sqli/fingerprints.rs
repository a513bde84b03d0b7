//! The fingerprints of attacks, `data/fingerprints.txt`: one per line, upper case.

use std::fmt;
use std::sync::LazyLock;

use super::fold::MAX_TOKENS;

/// The kinds of up to five folded tokens, as libinjection writes them: `s&1c`, `1UE1,`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    letters: [u8; MAX_TOKENS],
    len: u8,
}

impl Fingerprint {
    pub(super) fn new(letters: impl IntoIterator<Item = u8>) -> Self {
        let mut fingerprint = Self {
            letters: [0; MAX_TOKENS],
            len: 0,
        };
        for (place, letter) in fingerprint.letters.iter_mut().zip(letters) {
            *place = letter;
            fingerprint.len += 1;
        }
        fingerprint
    }

    /// The letters.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.letters[..usize::from(self.len)]
    }

    /// Is this the fingerprint of an attack? (The list does not tell types from Transact-SQL words.)
    pub(super) fn is_listed(self) -> bool {
        LISTED.binary_search(&code(self.as_bytes())).is_ok()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn code(letters: &[u8]) -> u64 {
    letters.iter().fold(0, |code, letter| {
        code << 8 | u64::from(letter.to_ascii_uppercase())
    })
}

static LISTED: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut codes: Vec<u64> = include_str!("../../data/fingerprints.txt")
        .lines()
        .map(|line| code(line.as_bytes()))
        .collect();
    codes.sort_unstable();
    codes
});
