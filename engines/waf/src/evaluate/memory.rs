//! What was found out about texts that come again and again.
//!
//! Browsers send the same names and values of headers with each request, and applications the same keys and words.
//! Which statements are worth a closer look, and which of them then turned out not to match, depends on a text alone:
//! a thread remembers it for a number of short texts. Who sends texts that never come again gains nothing and costs
//! no more than a hash of each.

use rustc_hash::FxHasher;
use std::hash::Hasher as _;

/// Texts that are remembered, each at the place that its hash says.
const PLACES: usize = 1024;
/// Longer texts are rarely the same, and would take too much memory.
const LONGEST: usize = 512;
/// Slots with more words of bits than these are not remembered.
const WORDS: usize = 4;

/// The texts that a thread remembers, with a bit for each statement on a slot.
#[derive(Debug, Default)]
pub(super) struct Memory {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    /// The slot's number in this process; 0 where there is nothing.
    slot: u64,
    /// Recalled since another text last asked for the place.
    recalled: bool,
    text: Vec<u8>,
    bits: [u64; WORDS],
}

impl Memory {
    /// Fills in the bits of a text of a slot: those that are remembered, or what `find` says.
    pub(super) fn bits(&mut self, slot: u64, text: &[u8], bits: &mut [u64], find: impl FnOnce(&mut [u64])) {
        if text.len() > LONGEST || bits.len() > WORDS {
            return find(bits);
        }
        let entry = self.entry(slot, text);
        if entry.is(slot, text) {
            entry.recalled = true;
            bits.copy_from_slice(&entry.bits[..bits.len()]);
            return;
        }
        find(bits);
        // Texts that never come again don't drive out those that do.
        if !std::mem::take(&mut entry.recalled) {
            entry.slot = slot;
            entry.text.clear();
            entry.text.extend_from_slice(text);
            entry.bits[..bits.len()].copy_from_slice(bits);
        }
    }

    /// A statement turned out not to match this text, nor will it ever.
    pub(super) fn rule_out(&mut self, slot: u64, text: &[u8], statement: u32) {
        let word = statement as usize / 64;
        if text.len() > LONGEST || word >= WORDS {
            return;
        }
        let entry = self.entry(slot, text);
        if entry.is(slot, text) {
            entry.bits[word] &= !(1 << (statement % 64));
        }
    }

    fn entry(&mut self, slot: u64, text: &[u8]) -> &mut Entry {
        if self.entries.is_empty() {
            self.entries = vec![Entry::default(); PLACES];
        }
        // Who makes texts meet at one place makes them forgotten, no more.
        let mut hasher = FxHasher::default();
        hasher.write(text);
        hasher.write_u64(slot);
        &mut self.entries[hasher.finish() as usize % PLACES]
    }
}

impl Entry {
    fn is(&self, slot: u64, text: &[u8]) -> bool {
        self.slot == slot && self.text == text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(memory: &mut Memory, slot: u64, text: &[u8], found: u64) -> u64 {
        let mut bits = [0];
        memory.bits(slot, text, &mut bits, |bits| bits[0] = found);
        bits[0]
    }

    #[test]
    fn what_was_found_is_recalled_for_the_same_text_of_the_same_slot() {
        let mut memory = Memory::default();
        assert_eq!(bits(&mut memory, 1, b"gzip", 0b101), 0b101);
        assert_eq!(bits(&mut memory, 1, b"gzip", 0), 0b101);
        assert_eq!(bits(&mut memory, 1, b"gzip, br", 0b1), 0b1);
        assert_eq!(bits(&mut memory, 2, b"gzip", 0b10), 0b10);
    }

    #[test]
    fn a_statement_is_ruled_out_for_one_text_only() {
        let mut memory = Memory::default();
        bits(&mut memory, 1, b"a", 0b11);
        bits(&mut memory, 1, b"b", 0b11);
        memory.rule_out(1, b"a", 1);
        memory.rule_out(1, b"never seen", 0);
        assert_eq!(bits(&mut memory, 1, b"a", 0b11), 0b01);
        assert_eq!(bits(&mut memory, 1, b"b", 0b11), 0b11);
    }

    #[test]
    fn long_texts_and_many_statements_are_looked_at_each_time() {
        let mut memory = Memory::default();
        let long = [b'x'; LONGEST + 1];
        assert_eq!(bits(&mut memory, 1, &long, 0b1), 0b1);
        assert_eq!(bits(&mut memory, 1, &long, 0b10), 0b10);
        let mut many = [0; WORDS + 1];
        memory.bits(1, b"a", &mut many, |bits| bits[WORDS] = 1);
        memory.rule_out(1, b"a", 64 * WORDS as u32);
        memory.bits(1, b"a", &mut many, |bits| bits[WORDS] = 2);
        assert_eq!(many[WORDS], 2);
    }

    #[test]
    fn a_text_that_comes_again_outlives_a_stranger_at_its_place() {
        let mut memory = Memory::default();
        bits(&mut memory, 1, b"known", 0b1);
        bits(&mut memory, 1, b"known", 0);
        let place = std::ptr::from_mut(memory.entry(1, b"known"));
        let stranger = (0..u64::MAX)
            .map(u64::to_le_bytes)
            .find(|text| std::ptr::from_mut(memory.entry(1, text)) == place)
            .expect("some text has the same place");
        bits(&mut memory, 1, &stranger, 0b10);
        assert_eq!(bits(&mut memory, 1, b"known", 0), 0b1);
        // Twice in a row is enough to take the place.
        bits(&mut memory, 1, &stranger, 0b10);
        bits(&mut memory, 1, &stranger, 0b10);
        assert_eq!(bits(&mut memory, 1, b"known", 0b100), 0b100);
    }
}
