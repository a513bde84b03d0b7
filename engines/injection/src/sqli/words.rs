//! The word list: which kind of token a word or two-byte operator is.
//!
//! `data/words.txt` (libinjection's) and `data/words-added.txt` (ours) have a kind's letter and an upper-case
//! word per line. They become an open-addressing table at first use; keys are 32-byte blocks, so that a look-up is one hash and, nearly always, one
//! comparison.

use std::sync::LazyLock;

use super::token::{Kind, MAX_TEXT, Token};

const SLOTS: usize = 4096;

static LISTS: [&str; 2] = [
    include_str!("../../data/words.txt"),
    include_str!("../../data/words-added.txt"),
];

type Key = [u64; 4];

struct Entry {
    key: Key,
    len: u8,
    kind: Kind,
}

struct Words {
    /// Index into `entries` plus one; 0 is free.
    slots: Box<[u16; SLOTS]>,
    entries: Vec<Entry>,
    /// For each pair of first bytes, the lengths that words with it have, a bit each.
    lengths: [u32; PAIRS],
}

/// Both bytes count with five bits, which are the same for a letter in either case.
const PAIRS: usize = 1 << 10;

#[inline]
const fn pair(first: u8, second: u8) -> usize {
    (first as usize & 31) << 5 | (second as usize & 31)
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words {
        slots: Box::new([0; SLOTS]),
        entries: Vec::with_capacity(1024),
        lengths: [0; PAIRS],
    };
    for line in LISTS.iter().flat_map(|list| list.lines()) {
        if let Some((kind, word)) = line.split_once(' ')
            && let [letter] = *kind.as_bytes()
            && word.len() <= MAX_TEXT
        {
            words.insert(word.as_bytes(), Kind::from_letter(letter));
        }
    }
    words
});

impl Words {
    fn insert(&mut self, word: &[u8], kind: Kind) {
        let mut block = [0; MAX_TEXT + 1];
        block[..word.len()].copy_from_slice(word);
        let key = key(&block, word.len());
        let len = word.len() as u8;
        let mut slot = slot(&key, len);
        while self.slots[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        self.entries.push(Entry { key, len, kind });
        self.lengths[pair(block[0], block[1])] |= 1 << len;
        self.slots[slot] = self.entries.len() as u16;
    }

    #[inline]
    fn find(&self, key: &Key, len: u8) -> Option<Kind> {
        let mut slot = slot(key, len);
        while let Some(index) = self.slots[slot].checked_sub(1) {
            let entry = &self.entries[usize::from(index)];
            if entry.key == *key && entry.len == len {
                return Some(entry.kind);
            }
            slot = (slot + 1) % SLOTS;
        }
        None
    }
}

/// The first `len` bytes of the block in upper case, the rest zero.
#[inline]
fn key(block: &[u8; MAX_TEXT + 1], len: usize) -> Key {
    let mut upper = *block;
    upper.make_ascii_uppercase();
    let mut key = [0; 4];
    for (index, (word, bytes)) in key.iter_mut().zip(upper.as_chunks::<8>().0).enumerate() {
        let here = len.saturating_sub(index * 8).min(8);
        let mask = if here == 8 {
            u64::MAX
        } else {
            (1 << (here * 8)) - 1
        };
        *word = u64::from_le_bytes(*bytes) & mask;
    }
    key
}

#[inline]
fn slot(key: &Key, len: u8) -> usize {
    let mixed = key[0].wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ key[1].wrapping_mul(0xC2B2_AE3D_27D4_EB4F).rotate_left(17)
        ^ (key[2] ^ key[3].rotate_left(29)).wrapping_mul(0x1656_67B1_9E37_79F9)
        ^ (u64::from(len) << 40);
    (mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 52) as usize % SLOTS
}

/// The kind of the token's text, if it is a known word.
#[inline]
pub(super) fn kind_of(token: &Token) -> Option<Kind> {
    kind_of_prefix(token, usize::from(token.len))
}

/// The kind of the first `len` bytes of the token's text, if they are a known word.
#[inline]
pub(super) fn kind_of_prefix(token: &Token, len: usize) -> Option<Kind> {
    let words = &*WORDS;
    let [first, second, ..] = *token.block();
    // Most texts are told from every word by their first bytes and length alone.
    let second = if len > 1 { second } else { 0 };
    if words.lengths[pair(first, second)] & (1 << len) == 0 {
        return None;
    }
    words.find(&key(token.block(), len), len as u8)
}

/// Whether a phrase of these two words can be known at all; nearly all are told to be none without being joined.
#[inline]
pub(super) fn may_be_phrase(first: &Token, second: &Token) -> bool {
    let len = first.len + second.len + 1;
    let [head, next, ..] = *first.block();
    let next = match first.len {
        0 => return false,
        1 => b' ',
        _ => next,
    };
    usize::from(len) <= MAX_TEXT && WORDS.lengths[pair(head, next)] & (1 << len) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(word: &str) -> Option<Kind> {
        kind_of(&Token::new(Kind::Bareword, word.as_bytes(), 0, word.len()))
    }

    #[test]
    fn words_are_found_in_any_case() {
        assert_eq!(kind("SELECT"), Some(Kind::Expression));
        assert_eq!(kind("sElEcT"), Some(Kind::Expression));
        assert_eq!(kind("union all"), Some(Kind::Union));
        assert_eq!(kind("<>"), Some(Kind::Operator));
    }

    #[test]
    fn other_words_are_not() {
        for word in ["", "selec", "selects", "haechi", "union  all", "select\0"] {
            assert_eq!(kind(word), None, "{word:?}");
        }
    }

    #[test]
    fn every_line_of_the_lists_is_found_again() {
        let lines = LISTS.iter().flat_map(|list| list.lines());
        for (letter, word) in lines.filter_map(|line| line.split_once(' ')) {
            assert_eq!(kind(word).map(Kind::letter), letter.bytes().next(), "{word}");
        }
    }
}
