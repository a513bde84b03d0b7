//! Regular expressions: bytes, not Unicode; compiled once; linear time.
//!
//! AWS takes what RE2 takes: no look-around, no back-references. A pattern becomes a dense DFA, one table look-up
//! per byte whatever the input, if its table stays small; otherwise a lazily built DFA with a bounded cache. The
//! literals that every match must contain (`literals`) spare most inputs the automaton altogether.

pub(crate) mod literals;
mod pattern_set;

pub use pattern_set::{PatternSet, SharedPatternSet};

use crate::error::{InvalidParameter, ParameterField};
use regex_automata::dfa::{self, Automaton, dense};
use regex_automata::{Anchored, Input, MatchKind, meta, nfa::thompson, util::syntax};
use std::ops::Range;

/// A table larger than this is not built.
const DENSE_LIMIT: usize = 1 << 19;
/// What building a table may use beside it.
const DETERMINIZE_LIMIT: usize = 1 << 20;
/// A pattern that needs more is refused: simulating it byte by byte would be too slow.
const NFA_LIMIT: usize = 1 << 18;
const LAZY_CACHE: usize = 1 << 20;

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    pattern: Box<str>,
    engine: Engine,
    literals: Option<Vec<Vec<u8>>>,
}

#[derive(Debug)]
enum Engine {
    Dense(Box<dense::DFA<Vec<u32>>>),
    Lazy(Box<meta::Regex>),
}

fn syntax() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false).nest_limit(64)
}

impl Regex {
    /// Compiles, or says what is wrong with the pattern.
    pub fn new(pattern: &str) -> Result<Self, InvalidParameter> {
        let refuse = |reason: String| InvalidParameter::new(ParameterField::Statement, pattern, reason);
        let hir = syntax::parse_with(pattern, &syntax())
            .map_err(|error| refuse(format!("This is not a valid regular expression: {error}")))?;
        let dense = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(dfa::StartKind::Unanchored)
                    .match_kind(MatchKind::All)
                    .dfa_size_limit(Some(DENSE_LIMIT))
                    .determinize_size_limit(Some(DETERMINIZE_LIMIT)),
            )
            .thompson(
                thompson::Config::new()
                    .nfa_size_limit(Some(NFA_LIMIT))
                    .utf8(false),
            )
            .syntax(syntax())
            .build(pattern);
        let engine = match dense {
            Ok(dfa) => Engine::Dense(Box::new(dfa)),
            Err(_) => Engine::Lazy(Box::new(
                meta::Regex::builder()
                    .configure(
                        meta::Config::new()
                            .nfa_size_limit(Some(NFA_LIMIT))
                            .hybrid_cache_capacity(LAZY_CACHE)
                            .utf8_empty(false),
                    )
                    .build_from_hir(&hir)
                    .map_err(|error| refuse(format!("This regular expression is too large: {error}")))?,
            )),
        };
        Ok(Self {
            pattern: pattern.into(),
            engine,
            literals: literals::required(&hir),
        })
    }

    /// The pattern's text.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Texts of which every match contains one, in any case; `None` when there is no such list.
    pub fn required_literals(&self) -> Option<&[Vec<u8>]> {
        self.literals.as_deref()
    }

    /// Whether the pattern is in `haystack`, at any place.
    pub fn is_match(&self, haystack: &[u8]) -> bool {
        match &self.engine {
            Engine::Lazy(regex) => regex.is_match(haystack),
            Engine::Dense(dfa) => {
                let input = Input::new(haystack).anchored(Anchored::No).earliest(true);
                // A dense DFA without Unicode word boundaries has no byte that makes it give up.
                matches!(dfa.try_search_fwd(&input), Ok(Some(_)))
            }
        }
    }

    /// Where the leftmost match is. Slow, for explanations.
    pub fn find(&self, haystack: &[u8]) -> Option<Range<usize>> {
        let hir = syntax::parse_with(&self.pattern, &syntax()).ok()?;
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
    fn what_re2_refuses_is_refused() {
        for pattern in ["(?=a)", "(a)\\1", "(", "((a{500}){500}){500}"] {
            let error = Regex::new(pattern).expect_err(pattern);
            assert_eq!(error.parameter, pattern);
        }
    }

    #[test]
    fn a_pattern_without_small_table_is_still_found() {
        let regex = Regex::new("(?:x|[a-z]).{0,60}[0-9].{0,60}[a-f]z").expect("a pattern");
        assert!(matches!(regex.engine, Engine::Lazy(_)));
        assert!(regex.is_match(b"..q...1...fz"));
        assert_eq!(regex.find(b"..q...1...fz"), Some(2..12));
    }
}
