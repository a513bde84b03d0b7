//! Strings and numbers in the dialects' many spellings.

use memchr::{memchr, memmem};

use super::bytes;
use super::token::{Kind, Token};
use super::tokenizer::Tokenizer;

impl Tokenizer<'_> {
    /// A string whose text begins `skip` bytes after `start` and ends before the first `quote` that is neither
    /// doubled nor escaped. With `skip` 0 the opening quote is imagined.
    pub(super) fn string(&mut self, start: usize, skip: usize, quote: u8) -> Token {
        let input = self.input;
        let text = (start + skip).min(input.len());
        let mut from = text;
        loop {
            let Some(at) = input
                .get(from..)
                .and_then(|rest| memchr(quote, rest))
                .map(|at| from + at)
            else {
                self.pos = input.len();
                let mut token = Token::new(Kind::String, input, text, input.len());
                token.open = if skip > 0 { quote } else { 0 };
                return token;
            };
            if is_escaped(&input[text..at]) {
                from = at + 1;
            } else if input.get(at + 1) == Some(&quote) {
                from = at + 2;
            } else {
                self.pos = at + 1;
                let mut token = Token::new(Kind::String, input, text, at);
                token.open = if skip > 0 { quote } else { 0 };
                token.close = quote;
                return token;
            }
        }
    }

    /// PostgreSQL's `E'…'` and, by way of [`Self::national_string`], MySQL's `N'…'`.
    pub(super) fn escaped_string(&mut self) -> Token {
        if self.ahead(1) == Some(b'\'') && self.ahead(2).is_some() {
            self.string(self.pos, 2, b'\'')
        } else {
            self.word()
        }
    }

    /// MySQL's `N'…'` or Oracle's `NQ'[…]'`.
    pub(super) fn national_string(&mut self) -> Token {
        if self.ahead(1) == Some(b'\'') && self.ahead(2).is_some() {
            self.string(self.pos, 2, b'\'')
        } else {
            self.quoted_string(1)
        }
    }

    /// PostgreSQL's `U&'…'`.
    pub(super) fn unicode_string(&mut self) -> Token {
        if self.ahead(1) != Some(b'&') || self.ahead(2) != Some(b'\'') {
            return self.word();
        }
        let mut token = self.string(self.pos, 3, b'\'');
        token.open = b'u';
        if token.close == b'\'' {
            token.close = b'u';
        }
        token
    }

    /// Oracle's `q'[…]'`, whose `q` is `offset` bytes ahead.
    pub(super) fn quoted_string(&mut self, offset: usize) -> Token {
        let (Some(b'q' | b'Q'), Some(b'\''), Some(open @ 33..=127)) =
            (self.ahead(offset), self.ahead(offset + 1), self.ahead(offset + 2))
        else {
            return self.word();
        };
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            other => other,
        };
        let text = self.pos + offset + 3;
        let end =
            memmem::find(&self.input[text.min(self.input.len())..], &[close, b'\'']).map(|at| text + at);
        let mut token = Token::new(
            Kind::String,
            self.input,
            text,
            end.unwrap_or(self.input.len()).max(text),
        );
        token.open = b'q';
        token.close = if end.is_some() { b'q' } else { 0 };
        self.pos = end.map_or(self.input.len(), |end| end + 2);
        token
    }

    /// A number as a string of digits: `b'01'`, `x'1F'`.
    pub(super) fn digit_string(&mut self, accepted: impl Fn(u8) -> bool) -> Token {
        if self.ahead(1) == Some(b'\'') {
            let digits = bytes::accepted_length(self.rest(2), accepted);
            if self.ahead(2 + digits) == Some(b'\'') {
                return self.take(Kind::Number, digits + 3);
            }
        }
        self.word()
    }

    /// `$1,000.00`, and PostgreSQL's `$$…$$` and `$tag$…$tag$`.
    pub(super) fn money(&mut self) -> Token {
        let digits = bytes::accepted_length(self.rest(1), |byte| matches!(byte, b'0'..=b'9' | b'.' | b','));
        if digits == 1 && self.ahead(1) == Some(b'.') {
            return self.word();
        }
        if digits > 0 {
            return self.take(Kind::Number, 1 + digits);
        }
        let tag = bytes::accepted_length(self.rest(1), |byte| byte.is_ascii_alphabetic());
        if self.ahead(1 + tag) != Some(b'$') {
            return self.take(Kind::Bareword, 1);
        }
        let (text, fence) = (self.pos + tag + 2, &self.rest(0)[..tag + 2]);
        let end = memmem::find(&self.input[text..], fence).map(|at| text + at);
        let mut token = Token::new(Kind::String, self.input, text, end.unwrap_or(self.input.len()));
        token.open = b'$';
        token.close = if end.is_some() { b'$' } else { 0 };
        self.pos = end.map_or(self.input.len(), |end| end + tag + 2);
        token
    }

    /// A number, a lone dot, or nothing: a dangling exponent that MySQL ignores.
    pub(super) fn number(&mut self) -> Option<Token> {
        if self.ahead(0) == Some(b'0') {
            let digits = match self.ahead(1) {
                Some(b'x' | b'X') => Some(bytes::hexadecimal_length(self.rest(2))),
                Some(b'b' | b'B') => Some(bytes::accepted_length(self.rest(2), |byte| {
                    matches!(byte, b'0' | b'1')
                })),
                _ => None,
            };
            match digits {
                Some(0) => return Some(self.take(Kind::Bareword, 2)),
                Some(digits) => return Some(self.take(Kind::Number, 2 + digits)),
                None => {}
            }
        }
        let mut len = bytes::digits_length(self.rest(0));
        if self.ahead(len) == Some(b'.') {
            len += 1;
            len += bytes::digits_length(self.rest(len));
            if len == 1 {
                return Some(self.take(Kind::Dot, 1));
            }
        }
        let mut dangling = false;
        if matches!(self.ahead(len), Some(b'e' | b'E')) {
            len += 1;
            if matches!(self.ahead(len), Some(b'+' | b'-')) {
                len += 1;
            }
            let digits = bytes::digits_length(self.rest(len));
            dangling = digits == 0;
            len += digits;
        }
        if matches!(self.ahead(len), Some(b'd' | b'D' | b'f' | b'F')) && self.is_suffix_at(len) {
            len += 1;
        }
        if !dangling {
            return Some(self.take(Kind::Number, len));
        }
        self.met.dangling_exponent = true;
        let token = self.take(Kind::Bareword, len);
        (!self.reading.loose).then_some(token)
    }

    /// Oracle's `1.2f`, but not the `F` of `123FROM`; `1fUNION` is `1f UNION`.
    fn is_suffix_at(&self, at: usize) -> bool {
        self.ahead(at + 1)
            .is_none_or(|next| bytes::is_white(next) || matches!(next, b';' | b'u' | b'U'))
    }
}

/// Does the text end in an odd number of backslashes?
fn is_escaped(text: &[u8]) -> bool {
    text.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}
