//! Terms: all that stand plainly must be there, one of those behind `?`, none of those behind `-`.
//!
//! Terms are compared in their case. A bare word is found as a word; a text between quotes is found anywhere.

use super::Reason;
use super::scan::Scanner;

#[derive(Debug, Default)]
pub(crate) struct Terms {
    all: Vec<Term>,
    any: Vec<Term>,
    none: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    Word(String),
    Phrase(String),
    Expression(regex::Regex),
}

impl Terms {
    pub(super) fn parse(text: &str) -> Result<Self, Reason> {
        let mut scanner = Scanner::new(text);
        let mut terms = Self::default();
        loop {
            scanner.skip_spaces();
            if scanner.rest.is_empty() {
                return Ok(terms);
            }
            let list = if scanner.take("?") {
                &mut terms.any
            } else if scanner.take("-") {
                &mut terms.none
            } else {
                &mut terms.all
            };
            list.push(Term::scan(&mut scanner)?);
        }
    }

    /// AWS: terms behind `?` count only where no plain ones stand beside them.
    pub(super) fn matches(&self, message: &str) -> bool {
        let found = |term: &Term| term.is_in(message);
        if self.none.iter().any(found) {
            return false;
        }
        if self.all.is_empty() {
            return self.any.is_empty() || self.any.iter().any(found);
        }
        self.all.iter().all(found)
    }
}

impl Term {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, Reason> {
        match scanner.rest.chars().next() {
            Some('"') => Ok(Self::Phrase(scanner.quoted()?)),
            Some('%') => Ok(Self::Expression(scanner.expression()?)),
            _ => match scanner.take_while(|next| !next.is_whitespace()) {
                "" => Err("a term is missing"),
                word if word.chars().all(is_word) => Ok(Self::Word(word.to_owned())),
                word => Ok(Self::Phrase(word.to_owned())),
            },
        }
    }

    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Phrase(phrase) => message.contains(phrase.as_str()),
            Self::Expression(expression) => expression.is_match(message),
            Self::Word(word) => message.match_indices(word.as_str()).any(|(at, _)| {
                let before = message[..at].chars().next_back();
                let after = message[at + word.len()..].chars().next();
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            }),
        }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
