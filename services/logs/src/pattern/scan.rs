//! Reading a pattern from left to right.

use super::Reason;

/// The rest of a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes `token` if it stands next, after spaces.
    pub(super) fn take(&mut self, token: &str) -> bool {
        self.skip_spaces();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a word of letters in any case, if no further letter follows.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        self.skip_spaces();
        let Some(head) = self.rest.get(..word.len()) else {
            return false;
        };
        let tail = &self.rest[word.len()..];
        let ends = !tail.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        let found = ends && head.eq_ignore_ascii_case(word);
        if found {
            self.rest = tail;
        }
        found
    }

    pub(super) fn expect(&mut self, token: &str, reason: Reason) -> Result<(), Reason> {
        if self.take(token) { Ok(()) } else { Err(reason) }
    }

    /// Takes as much as `belongs` says.
    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|next| !belongs(next)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Takes a text between quotes, the first of which stands next; a backslash keeps what follows.
    pub(super) fn quoted(&mut self) -> Result<String, Reason> {
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => text.extend(letters.next().map(|(_, kept)| kept)),
                letter => text.push(letter),
            }
        }
        Err("a quotation mark is missing")
    }

    /// Takes an expression between percent signs, the first of which stands next.
    pub(super) fn expression(&mut self) -> Result<regex::Regex, Reason> {
        let body = self.rest.get(1..).unwrap_or_default();
        let end = body.find('%').ok_or("a percent sign is missing")?;
        let expression = regex::RegexBuilder::new(&body[..end])
            .size_limit(1 << 20)
            .build()
            .map_err(|_| "the regular expression is not valid")?;
        self.rest = &body[end + 1..];
        Ok(expression)
    }
}
