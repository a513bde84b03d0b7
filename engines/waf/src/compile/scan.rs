//! One pass over a slot that finds which statements are worth a closer look.

use crate::regex::literals::LONGEST;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashMap;

/// Below this many statements each one searches for itself.
const WORTH_IT: usize = 2;
/// Up to this many bytes of literals the automaton is a table.
const TABLE_LIMIT: usize = 1 << 14;

/// The literals of all statements on a slot, in any case.
#[derive(Debug)]
pub(crate) struct Scan {
    automaton: AhoCorasick,
    /// For each literal, the statements (by their number on the slot) that it makes candidates.
    candidates: Vec<Vec<u32>>,
    words: usize,
}

impl Scan {
    /// `literals` has, for each statement on the slot, the texts of which every match contains one, lower case and
    /// cut to [`LONGEST`]. The cut also bounds how many literals can end at one byte.
    pub(crate) fn new(literals: &[Vec<Vec<u8>>]) -> Option<Self> {
        if literals.len() < WORTH_IT {
            return None;
        }
        let mut order: Vec<&[u8]> = Vec::new();
        let mut candidates: Vec<Vec<u32>> = Vec::new();
        let mut known: HashMap<&[u8], usize> = HashMap::new();
        for (statement, texts) in literals.iter().enumerate() {
            for text in texts {
                debug_assert!(text.len() <= LONGEST, "literals are cut");
                let at = *known.entry(text).or_insert_with(|| {
                    order.push(text);
                    candidates.push(Vec::new());
                    order.len() - 1
                });
                candidates[at].push(statement as u32);
            }
        }
        let size: usize = order.iter().map(|text| text.len()).sum();
        let kind = if size <= TABLE_LIMIT {
            AhoCorasickKind::DFA
        } else {
            AhoCorasickKind::ContiguousNFA
        };
        let automaton = AhoCorasick::builder()
            .kind(Some(kind))
            .ascii_case_insensitive(true)
            .build(&order)
            .ok()?;
        Some(Self {
            automaton,
            candidates,
            words: literals.len().div_ceil(64),
        })
    }

    /// How many words of bits [`Scan::run`] needs.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// Sets the bits of the statements for which `text` is worth a closer look.
    pub(crate) fn run(&self, text: &[u8], bits: &mut [u64]) {
        for hit in self.automaton.find_overlapping_iter(text) {
            for &statement in &self.candidates[hit.pattern().as_usize()] {
                bits[statement as usize / 64] |= 1 << (statement % 64);
            }
        }
    }
}
