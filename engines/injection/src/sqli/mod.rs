//! SQL injection.
//!
//! ```
//! use haechi_injection::{Sensitivity, sqli};
//!
//! let found = sqli::detect(b"1' OR '1'='1", Sensitivity::Low).expect("an injection");
//! assert_eq!(found.fingerprint.to_string(), "s&sos");
//! assert!(sqli::detect(b"Sinead O'Connor", Sensitivity::High).is_none());
//! ```

mod bytes;
mod fingerprints;
mod fold;
mod literals;
mod markers;
mod token;
mod tokenizer;
mod verdict;
mod weak;
mod words;

pub use fingerprints::Fingerprint;
pub use token::{Kind, Token};

use memchr::memchr;

use crate::Sensitivity;
use tokenizer::{Reading, Tokenizer};
use verdict::Read;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliMatch {
    /// The kinds of the folded tokens.
    pub fingerprint: Fingerprint,
    /// The folded tokens' texts, as AWS WAF's logs show them in `ruleMatchDetails.matchedData`:
    /// `["10", "AND", "1"]`. Each is at most 31 bytes.
    pub matched_data: Vec<Vec<u8>>,
}

impl SqliMatch {
    fn of(read: &Read) -> Self {
        let matched_data = read
            .folded
            .tokens()
            .iter()
            .map(|token| token.text().to_vec())
            .collect();
        Self {
            fingerprint: read.fingerprint,
            matched_data,
        }
    }
}

/// Looks for SQL injection: would the input, put into a statement as a value, inside quotes or not, change it?
///
/// The input must be decoded already (WAF rules do that by text transformations).
#[must_use]
pub fn detect(input: &[u8], sensitivity: Sensitivity) -> Option<SqliMatch> {
    if bytes::is_plain(input) {
        return None;
    }
    let mut quotes = LogicIn::default();
    if let Some(read) = first_reading(input, sensitivity, &mut quotes) {
        return Some(SqliMatch::of(&read));
    }
    match sensitivity {
        Sensitivity::Low => markers::find_tautology(input, quotes),
        Sensitivity::High => markers::find(input),
    }
}

/// The first reading of the input that is an attack, in libinjection's order: as it stands, inside single
/// quotes, inside double quotes; each in the common dialect and, where it differs, in others.
fn first_reading(input: &[u8], sensitivity: Sensitivity, logic: &mut LogicIn) -> Option<Read> {
    let high = sensitivity == Sensitivity::High;
    let accept = |read: &Read| read.attack && (high || !weak::is_weak(input, read));
    for quote in contexts(input) {
        // Only MySQL takes double quotes for strings.
        let first = Reading {
            quote,
            mysql: quote == b'"',
            loose: false,
        };
        let read = verdict::read(input, first);
        if accept(&read) {
            return Some(read);
        }
        let met = read.folded.met;
        logic.note(quote, met.logic_operator || !read.folded.complete);
        // In prose, brackets are common; an index of an array is worth a look only if asked for.
        let loose = met.dangling_exponent || (met.bracket && high);
        for again in [
            (!first.mysql && (met.tight_dashes || met.hash)).then_some(Reading { mysql: true, ..first }),
            loose.then_some(Reading { loose: true, ..first }),
        ] {
            if let Some(read) = again.map(|reading| verdict::read(input, reading)).filter(&accept) {
                return Some(read);
            }
        }
    }
    None
}

/// The contexts in which there is, or may be, a logic operator: one that was read to its end without any need not be
/// read again for a tautology.
#[derive(Clone, Copy, Debug, Default)]
struct LogicIn {
    bare: bool,
    single: bool,
    double: bool,
}

impl LogicIn {
    fn note(&mut self, quote: u8, logic: bool) {
        match quote {
            0 => self.bare = logic,
            b'\'' => self.single = logic,
            _ => self.double = logic,
        }
    }

    fn has(self, quote: u8) -> bool {
        match quote {
            0 => self.bare,
            b'\'' => self.single,
            _ => self.double,
        }
    }
}

/// The quotes within which the input may have been put, 0 for none: without its quote inside, the whole input
/// is one string and harmless.
fn contexts(input: &[u8]) -> impl Iterator<Item = u8> {
    [0, b'\'', b'"']
        .into_iter()
        .filter(|quote| *quote == 0 || memchr(*quote, input).is_some())
}

/// The tokens of the input as it stands, before folding; `mysql` chooses the dialect.
pub fn tokens(input: &[u8], mysql: bool) -> impl Iterator<Item = Token> {
    let mut tokenizer = Tokenizer::new(
        input,
        Reading {
            quote: 0,
            mysql,
            loose: false,
        },
    );
    std::iter::from_fn(move || tokenizer.next())
}

/// The tokens that are left of the input as it stands after folding.
#[must_use]
pub fn folded(input: &[u8]) -> Vec<Token> {
    fold::fold(Tokenizer::new(
        input,
        Reading {
            quote: 0,
            mysql: false,
            loose: false,
        },
    ))
    .tokens()
    .to_vec()
}
