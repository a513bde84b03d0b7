//! One pass over a slot that finds which statements are worth a closer look.

use crate::regex::Needs;
use crate::regex::bytes::{self, Kinds};
use crate::regex::literals::LONGEST;
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, dfa::DFA};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Up to this many bytes of literals the automaton is a table.
const TABLE_LIMIT: usize = 1 << 15;
/// Scans that nothing uses are forgotten when there are this many.
const MOST: usize = 256;

/// What all statements on a slot need, in any case.
#[derive(Debug)]
pub(crate) struct Scan {
    literals: Option<Literals>,
    /// For each literal, the branches that ask for it.
    candidates: Vec<Vec<u32>>,
    branches: Vec<Branch>,
    /// The branches that have no literals.
    without_literals: Vec<u32>,
    /// The bits of the statements that are always worth a closer look.
    always: Vec<u64>,
}

/// Finds all literals at once.
#[derive(Debug)]
enum Literals {
    Table(DFA),
    /// Slower, for many.
    Compact(NFA),
}

/// One of the ways to match a statement.
#[derive(Debug)]
struct Branch {
    statement: u32,
    bytes: Vec<Kinds>,
}

/// For each statement on a slot, the branches of which one must have what it needs; none when nothing can be said.
type Statements = Vec<Vec<Needs>>;

static BUILT: LazyLock<Mutex<HashMap<Statements, Arc<Scan>>>> = LazyLock::new(Mutex::default);

impl Scan {
    /// The scan for these statements, taken from those that this process has built lately where it is among them:
    /// plans share most of their slots. `None` for no statements. Statements of which nothing can be said are scanned
    /// for too: which of them don't match a text is remembered by their bits.
    pub(crate) fn shared(statements: Statements) -> Option<Arc<Self>> {
        if statements.is_empty() {
            return None;
        }
        let lock = || BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&statements) {
            return Some(Arc::clone(known));
        }
        let scan = Arc::new(Self::new(&statements));
        let mut built = lock();
        if built.len() >= MOST {
            built.retain(|_, scan| Arc::strong_count(scan) > 1);
        }
        Some(Arc::clone(built.entry(statements).or_insert(scan)))
    }

    fn new(statements: &[Vec<Needs>]) -> Self {
        let mut order: Vec<&[u8]> = Vec::new();
        let mut candidates: Vec<Vec<u32>> = Vec::new();
        let mut known: HashMap<&[u8], usize> = HashMap::new();
        let mut branches = Vec::new();
        let mut without_literals = Vec::new();
        let mut always = vec![0; statements.len().div_ceil(64)];
        for (statement, needs) in statements.iter().enumerate() {
            if needs.is_empty() || needs.contains(&Needs::default()) {
                always[statement / 64] |= 1 << (statement % 64);
                continue;
            }
            for needs in needs {
                let branch = branches.len() as u32;
                branches.push(Branch {
                    statement: statement as u32,
                    bytes: needs.bytes.clone(),
                });
                let Some(texts) = &needs.literals else {
                    without_literals.push(branch);
                    continue;
                };
                for text in texts {
                    debug_assert!(
                        text.len() <= LONGEST,
                        "literals are cut, which bounds how many end at one byte"
                    );
                    let at = *known.entry(text).or_insert_with(|| {
                        order.push(text);
                        candidates.push(Vec::new());
                        order.len() - 1
                    });
                    candidates[at].push(branch);
                }
            }
        }
        Self {
            literals: automaton(&order),
            candidates,
            branches,
            without_literals,
            always,
        }
    }

    /// How many words of bits [`Scan::run`] needs.
    pub(crate) fn words(&self) -> usize {
        self.always.len()
    }

    /// Sets the bits of the statements for which `text` is worth a closer look. `found` is working memory.
    pub(crate) fn run(&self, text: &[u8], bits: &mut [u64], found: &mut Vec<u64>) {
        bits.copy_from_slice(&self.always);
        if self.branches.is_empty() {
            return;
        }
        found.clear();
        found.resize(self.candidates.len().div_ceil(64), 0);
        let present = match &self.literals {
            None => bytes::present(text),
            Some(Literals::Table(automaton)) => walk(automaton, text, found),
            Some(Literals::Compact(automaton)) => walk(automaton, text, found),
        };
        let mut offer = |branch: u32| {
            let Branch { statement, bytes } = &self.branches[branch as usize];
            if bytes.iter().all(|set| set & present != 0) {
                bits[*statement as usize / 64] |= 1 << (statement % 64);
            }
        };
        self.without_literals.iter().copied().for_each(&mut offer);
        for (nth, &word) in found.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                let literal = nth * 64 + rest.trailing_zeros() as usize;
                self.candidates[literal].iter().copied().for_each(&mut offer);
                rest &= rest - 1;
            }
        }
    }
}

/// Sets the bits of the literals that are in the text, however often; the kinds of the text's bytes.
///
/// An iterator over matches would be asked again after each of thousands in a text made for the purpose.
fn walk(automaton: &impl Automaton, text: &[u8], found: &mut [u64]) -> Kinds {
    let mut state = automaton
        .start_state(Anchored::No)
        .expect("an automaton is built for searches that are not anchored");
    let mut present = 0;
    for &byte in text {
        state = automaton.next_state(Anchored::No, state, byte);
        present |= bytes::kinds_of(byte);
        if automaton.is_special(state) && automaton.is_match(state) {
            for nth in 0..automaton.match_len(state) {
                let literal = automaton.match_pattern(state, nth).as_usize();
                found[literal / 64] |= 1 << (literal % 64);
            }
        }
    }
    present
}

/// `None` when there is nothing to find.
fn automaton(literals: &[&[u8]]) -> Option<Literals> {
    const REASON: &str = "cut literals of statements stay far below what an automaton can number";
    if literals.is_empty() {
        return None;
    }
    let size: usize = literals.iter().map(|text| text.len()).sum();
    Some(if size <= TABLE_LIMIT {
        let mut builder = DFA::builder();
        builder.ascii_case_insensitive(true).prefilter(false);
        Literals::Table(builder.build(literals).expect(REASON))
    } else {
        let mut builder = NFA::builder();
        builder.ascii_case_insensitive(true).prefilter(false);
        Literals::Compact(builder.build(literals).expect(REASON))
    })
}
