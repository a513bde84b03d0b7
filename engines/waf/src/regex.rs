//! Regular expressions: bytes, not Unicode; compiled once per process; linear time.
//!
//! The dialect is libpcre's without look-around and back-references (`pcre`). A pattern becomes an NFA at once and a DFA bit by
//! bit, as texts ask for its states, in a cache of bounded size per thread: compiling costs tens of microseconds, and
//! after the first texts each byte costs one table look-up. The literals that every match must contain (`literals`)
//! spare most texts the automaton altogether.

mod branches;
pub(crate) mod bytes;
mod cache;
pub(crate) mod literals;
mod pattern_set;
mod pcre;

pub(crate) use branches::Needs;
pub use pattern_set::{PatternSet, SharedPatternSet};

use crate::error::{InvalidParameter, ParameterField};
use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::util::{pool::Pool, syntax};
use regex_automata::{Anchored, Input, MatchKind, meta};
use std::fmt;
use std::ops::Range;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

/// A pattern that needs more is refused: where its states don't fit the cache, each byte would cost too much.
const NFA_LIMIT: usize = 1 << 18;
/// States of one pattern that a thread keeps, in bytes. When it is full, it is emptied.
const CACHE: usize = 1 << 19;

type NewCache = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

/// A compiled pattern.
pub struct Regex {
    pattern: Box<str>,
    automaton: Arc<DFA>,
    caches: Pool<Cache, NewCache>,
    literals: Option<Vec<Vec<u8>>>,
    needs: Vec<Needs>,
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regex").field(&self.pattern).finish()
    }
}

fn syntax() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false).nest_limit(64)
}

impl Regex {
    /// Compiles, or says what is wrong with the pattern.
    pub fn new(pattern: &str) -> Result<Self, InvalidParameter> {
        let refuse = |reason: String| InvalidParameter::new(ParameterField::Statement, pattern, reason);
        let invalid =
            |reason: &dyn fmt::Display| refuse(format!("This is not a valid regular expression: {reason}"));
        let translated = pcre::translate(pattern).map_err(|reason| invalid(&reason))?;
        let hir = syntax::parse_with(&translated, &syntax()).map_err(|error| invalid(&error))?;
        let nfa = NFA::compiler()
            .configure(
                thompson::Config::new()
                    .nfa_size_limit(Some(NFA_LIMIT))
                    .which_captures(thompson::WhichCaptures::None)
                    .utf8(false),
            )
            .build_from_hir(&hir)
            .map_err(|error| refuse(format!("This regular expression is too large: {error}")))?;
        let automaton = DFA::builder()
            .configure(
                Config::new()
                    .match_kind(MatchKind::All)
                    .cache_capacity(CACHE)
                    // What is refused is for `NFA_LIMIT` to say: the cache then grows to what it needs at least.
                    .skip_cache_capacity_check(true),
            )
            .build_from_nfa(nfa)
            .map_err(|error| refuse(format!("This regular expression is too large: {error}")))?;
        let automaton = Arc::new(automaton);
        let fresh = Arc::clone(&automaton);
        Ok(Self {
            pattern: pattern.into(),
            automaton,
            caches: Pool::new(Box::new(move || fresh.create_cache())),
            literals: literals::required(&hir),
            needs: branches::needs(&hir),
        })
    }

    /// The compiled pattern, taken from those that this process has compiled lately where it is among them.
    pub fn shared(pattern: &str) -> Result<Arc<Self>, InvalidParameter> {
        cache::get_or_compile(pattern)
    }

    /// The pattern's text.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Texts of which every match contains one, in any case; `None` when there is no such list.
    pub fn required_literals(&self) -> Option<&[Vec<u8>]> {
        self.literals.as_deref()
    }

    /// What texts that match have: all that one of these says.
    pub(crate) fn needs(&self) -> &[Needs] {
        &self.needs
    }

    /// Whether the pattern is in `haystack`, at any place.
    pub fn is_match(&self, haystack: &[u8]) -> bool {
        let input = Input::new(haystack).anchored(Anchored::No).earliest(true);
        let mut cache = self.caches.get();
        // Without Unicode word boundaries there is no byte that makes the automaton give up, and a full cache is
        // emptied as often as it takes.
        matches!(self.automaton.try_search_fwd(&mut cache, &input), Ok(Some(_)))
    }

    /// Where the leftmost match is. Slow, for explanations.
    pub fn find(&self, haystack: &[u8]) -> Option<Range<usize>> {
        let hir = syntax::parse_with(&pcre::translate(&self.pattern).ok()?, &syntax()).ok()?;
        let regex = meta::Regex::builder()
            .configure(meta::Config::new().utf8_empty(false))
            .build_from_hir(&hir)
            .ok()?;
        regex.find(haystack).map(|found| found.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_work_on_bytes() {
        for (pattern, haystack, expected) in [
            ("(?i)union\\s+select", &b"1 UnIoN  SELECT 2"[..], true),
            ("^/admin", b"/x/admin", false),
            ("\\xff.\\x00", b"a\xff\x80\x00", true),
            ("^$", b"", true),
            ("a{3,5}b$", b"xaaab", true),
            ("\\bcat\\b", b"concat", false),
        ] {
            assert_eq!(
                Regex::new(pattern).expect(pattern).is_match(haystack),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn what_takes_more_than_linear_time_is_refused() {
        for pattern in ["(?=a)", "(a)\\1", "(", "((a{500}){500}){500}"] {
            let error = Regex::new(pattern).expect_err(pattern);
            assert_eq!(error.parameter, pattern);
        }
    }

    #[test]
    fn a_pattern_with_more_states_than_the_cache_holds_is_still_found() {
        let regex = Regex::new("(?:x|[a-z]).{0,60}[0-9].{0,60}[a-f]z").expect("a pattern");
        let mut noise = Vec::new();
        for n in 0..40_000_u32 {
            noise.push(b"x0y1-"[(n.wrapping_mul(2_654_435_761) >> 13) as usize % 5]);
        }
        assert!(!regex.is_match(&noise));
        noise.extend_from_slice(b"q...1...fz");
        assert!(regex.is_match(&noise));
        assert_eq!(regex.find(b"..q...1...fz"), Some(2..12));
    }
}
