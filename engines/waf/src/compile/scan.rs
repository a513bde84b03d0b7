//! One pass over a slot that finds which statements are worth a closer look.

use crate::regex::bytes::{self, Kinds};
use crate::regex::literals::LONGEST;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Up to this many bytes of literals the automaton is a table.
const TABLE_LIMIT: usize = 1 << 14;
/// Scans that nothing uses are forgotten when there are this many.
const MOST: usize = 256;

/// What a text must have so that a statement can match it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Needs {
    /// One of these, lower case and cut to [`LONGEST`]; `None` when there is no such list. The cut also bounds how
    /// many literals can end at one byte.
    pub(crate) literals: Option<Vec<Vec<u8>>>,
    /// A byte of each.
    pub(crate) bytes: Vec<Kinds>,
}

/// What all statements on a slot need, in any case.
#[derive(Debug)]
pub(crate) struct Scan {
    automaton: Option<AhoCorasick>,
    /// For each literal, the statements (by their number on the slot) that it makes candidates.
    candidates: Vec<Vec<u32>>,
    /// For each statement, the kinds of bytes that it needs.
    bytes: Vec<Vec<Kinds>>,
    /// The statements that have no literals, and the bits of those among them that need nothing.
    without_literals: Vec<u32>,
    always: Vec<u64>,
}

static BUILT: LazyLock<Mutex<HashMap<Vec<Needs>, Arc<Scan>>>> = LazyLock::new(Mutex::default);

impl Scan {
    /// The scan for statements with these needs, taken from those that this process has built lately where it is
    /// among them: plans share most of their slots.
    pub(crate) fn shared(needs: Vec<Needs>) -> Option<Arc<Self>> {
        if needs.iter().all(|needs| *needs == Needs::default()) {
            return None;
        }
        let lock = || BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&needs) {
            return Some(Arc::clone(known));
        }
        let scan = Arc::new(Self::new(&needs)?);
        let mut built = lock();
        if built.len() >= MOST {
            built.retain(|_, scan| Arc::strong_count(scan) > 1);
        }
        Some(Arc::clone(built.entry(needs).or_insert(scan)))
    }

    fn new(needs: &[Needs]) -> Option<Self> {
        let mut order: Vec<&[u8]> = Vec::new();
        let mut candidates: Vec<Vec<u32>> = Vec::new();
        let mut known: HashMap<&[u8], usize> = HashMap::new();
        let mut without_literals = Vec::new();
        let mut always = vec![0; needs.len().div_ceil(64)];
        for (statement, needs) in needs.iter().enumerate() {
            match &needs.literals {
                None if needs.bytes.is_empty() => always[statement / 64] |= 1 << (statement % 64),
                None => without_literals.push(statement as u32),
                Some(texts) => {
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
            }
        }
        Some(Self {
            automaton: automaton(&order)?,
            candidates,
            bytes: needs.iter().map(|needs| needs.bytes.clone()).collect(),
            without_literals,
            always,
        })
    }

    /// How many words of bits [`Scan::run`] needs.
    pub(crate) fn words(&self) -> usize {
        self.always.len()
    }

    /// Sets the bits, which are zero, of the statements for which `text` is worth a closer look.
    pub(crate) fn run(&self, text: &[u8], bits: &mut [u64]) {
        bits.copy_from_slice(&self.always);
        let present = bytes::present(text);
        let mut offer = |statement: u32| {
            let sets = &self.bytes[statement as usize];
            if sets.iter().all(|set| set & present != 0) {
                bits[statement as usize / 64] |= 1 << (statement % 64);
            }
        };
        self.without_literals.iter().copied().for_each(&mut offer);
        if let Some(automaton) = &self.automaton {
            for hit in automaton.find_overlapping_iter(text) {
                self.candidates[hit.pattern().as_usize()]
                    .iter()
                    .copied()
                    .for_each(&mut offer);
            }
        }
    }
}

/// The outer `None` is an automaton that can't be built.
fn automaton(literals: &[&[u8]]) -> Option<Option<AhoCorasick>> {
    if literals.is_empty() {
        return Some(None);
    }
    let size: usize = literals.iter().map(|text| text.len()).sum();
    let kind = if size <= TABLE_LIMIT {
        AhoCorasickKind::DFA
    } else {
        AhoCorasickKind::ContiguousNFA
    };
    AhoCorasick::builder()
        .kind(Some(kind))
        .ascii_case_insensitive(true)
        .build(literals)
        .ok()
        .map(Some)
}
