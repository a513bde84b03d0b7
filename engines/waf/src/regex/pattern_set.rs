//! Regex pattern sets.

use super::Regex;
use crate::error::{InvalidParameter, ParameterField};
use crate::ip_set::Shared;
use aho_corasick::AhoCorasick;
use std::sync::Arc;

/// AWS's quota.
const MOST: usize = 10;

/// Patterns of which any may match.
#[derive(Debug)]
pub struct PatternSet {
    regexes: Vec<Arc<Regex>>,
    /// Finds the literals of all patterns at once; absent when a pattern has none.
    prefilter: Option<AhoCorasick>,
}

/// A pattern set under plans.
pub type SharedPatternSet = Shared<PatternSet>;

impl PatternSet {
    /// Compiles the patterns.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, InvalidParameter> {
        if patterns.len() > MOST {
            let reason = format!("A regex pattern set holds at most {MOST} patterns.");
            return Err(InvalidParameter::new(
                ParameterField::RegexPatternSet,
                patterns.len(),
                reason,
            ));
        }
        let regexes = patterns
            .iter()
            .map(|pattern| {
                Regex::shared(pattern.as_ref()).map_err(|error| InvalidParameter {
                    field: ParameterField::RegexPatternSet,
                    ..error
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let literals = regexes
            .iter()
            .map(|regex| regex.required_literals())
            .collect::<Option<Vec<_>>>();
        let prefilter = literals.and_then(|literals| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(literals.into_iter().flatten())
                .ok()
        });
        Ok(Self { regexes, prefilter })
    }

    /// Whether any pattern matches.
    pub fn is_match(&self, haystack: &[u8]) -> bool {
        self.first_match(haystack).is_some()
    }

    /// The first pattern that matches.
    pub fn first_match(&self, haystack: &[u8]) -> Option<&Regex> {
        if self
            .prefilter
            .as_ref()
            .is_some_and(|prefilter| !prefilter.is_match(haystack))
        {
            return None;
        }
        self.regexes
            .iter()
            .map(|regex| &**regex)
            .find(|regex| regex.is_match(haystack))
    }
}
