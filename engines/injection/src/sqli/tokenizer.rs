//! From bytes to tokens, one at a time, in the dialects of all common databases at once.

use memchr::{memchr, memmem};

use super::bytes::{self, STARTS, Start};
use super::token::{Kind, Token};
use super::words;

/// How an ambiguous place is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The quote imagined before the input (the input was put inside a string), or 0.
    pub(super) quote: u8,
    /// MySQL: `#` begins a comment, and `--` does so only before white space.
    pub(super) mysql: bool,
    /// What some databases do beyond the common reading: `[` may open an array's index (PostgreSQL),
    /// and MySQL drops a number with a dangling exponent (`1.e`).
    pub(super) loose: bool,
}

/// What was met on the way; it decides on further readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) tokens: usize,
    /// `--` without white space after it.
    pub(super) tight_dashes: bool,
    pub(super) hash: bool,
    pub(super) bracket: bool,
    pub(super) dangling_exponent: bool,
    /// AND, OR and their kin.
    pub(super) logic_operator: bool,
}

pub(super) struct Tokenizer<'a> {
    pub(super) input: &'a [u8],
    pub(super) reading: Reading,
    pub(super) met: Met,
    pub(super) pos: usize,
}

impl<'a> Tokenizer<'a> {
    pub(super) fn new(input: &'a [u8], reading: Reading) -> Self {
        Self {
            input,
            reading,
            met: Met::default(),
            pos: 0,
        }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        if self.pos == 0 && self.reading.quote != 0 && !self.input.is_empty() {
            self.met.tokens += 1;
            let token = self.string(0, 0, self.reading.quote);
            return Some(token);
        }
        while let Some(&byte) = self.input.get(self.pos) {
            let token = match STARTS[usize::from(byte)] {
                Start::White => {
                    self.pos += 1;
                    continue;
                }
                start => self.read(start, byte),
            };
            if let Some(token) = token {
                self.met.tokens += 1;
                self.met.logic_operator |= token.kind == Kind::LogicOperator;
                return Some(token);
            }
        }
        None
    }

    /// Whether there is nothing left to read.
    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.input.len()
    }

    #[inline]
    fn read(&mut self, start: Start, byte: u8) -> Option<Token> {
        Some(match start {
            Start::Word => self.word(),
            Start::Number => return self.number(),
            Start::Single(kind) => self.single(kind, byte),
            Start::Operator => self.operator(),
            Start::Quote => self.string(self.pos, 1, byte),
            Start::Hash => self.hash(),
            Start::Dash => self.dash(),
            Start::Slash => self.slash(),
            Start::Backtick => self.backtick(),
            Start::Money => self.money(),
            Start::Variable => self.variable(),
            Start::Bracket => self.bracket(),
            Start::Backslash => self.backslash(),
            Start::Binary => self.digit_string(|byte| matches!(byte, b'0' | b'1')),
            Start::Hexadecimal => self.digit_string(|byte| byte.is_ascii_hexdigit()),
            Start::Escaped => self.escaped_string(),
            Start::National => self.national_string(),
            Start::Quoted => self.quoted_string(0),
            Start::Unicode => self.unicode_string(),
            Start::White => return None,
        })
    }

    /// The byte `offset` places on.
    #[inline]
    pub(super) fn ahead(&self, offset: usize) -> Option<u8> {
        self.input.get(self.pos + offset).copied()
    }

    /// What is not read yet, from `offset` places on.
    #[inline]
    pub(super) fn rest(&self, offset: usize) -> &'a [u8] {
        self.input.get(self.pos + offset..).unwrap_or_default()
    }

    /// A token over the next `len` bytes.
    #[inline]
    pub(super) fn take(&mut self, kind: Kind, len: usize) -> Token {
        let start = self.pos;
        self.pos = (start + len).min(self.input.len());
        Token::new(kind, self.input, start, self.pos)
    }

    #[inline]
    fn single(&mut self, kind: Kind, byte: u8) -> Token {
        self.pos += 1;
        Token::byte(kind, byte)
    }

    fn comment_to_end_of_line(&mut self) -> Token {
        let rest = self.rest(0);
        let len = memchr(b'\n', rest).unwrap_or(rest.len());
        let token = self.take(Kind::Comment, len);
        self.pos = (self.pos + 1).min(self.input.len());
        token
    }

    fn hash(&mut self) -> Token {
        self.met.hash = true;
        if self.reading.mysql {
            self.comment_to_end_of_line()
        } else {
            self.single(Kind::Operator, b'#')
        }
    }

    /// `--` before white space or the end is a comment everywhere, before anything else everywhere but in MySQL.
    fn dash(&mut self) -> Token {
        if self.ahead(1) != Some(b'-') {
            return self.single(Kind::Operator, b'-');
        }
        match self.ahead(2) {
            Some(byte) if !bytes::is_white(byte) => {
                if self.reading.mysql {
                    return self.single(Kind::Operator, b'-');
                }
                self.met.tight_dashes = true;
                self.comment_to_end_of_line()
            }
            _ => self.comment_to_end_of_line(),
        }
    }

    /// A comment, or a division. A comment in a comment (PostgreSQL nests, others do not) and one that
    /// MySQL would execute (`/*!`) are evil: no two databases read them alike.
    fn slash(&mut self) -> Token {
        if self.ahead(1) != Some(b'*') {
            return self.single(Kind::Operator, b'/');
        }
        let body = self.rest(2);
        let end = memmem::find(body, b"*/");
        let nested = end.is_some_and(|end| memmem::find(&body[..(end + 1).min(body.len())], b"/*").is_some());
        let kind = if nested || body.first() == Some(&b'!') {
            Kind::Evil
        } else {
            Kind::Comment
        };
        self.take(kind, end.map_or(body.len(), |end| end + 2) + 2)
    }

    /// `\N` is MySQL's NULL.
    fn backslash(&mut self) -> Token {
        if self.ahead(1) == Some(b'N') {
            self.take(Kind::Number, 2)
        } else {
            self.single(Kind::Backslash, b'\\')
        }
    }

    fn operator(&mut self) -> Token {
        let rest = self.rest(0);
        if rest.starts_with(b"<=>") {
            return self.take(Kind::Operator, 3);
        }
        if rest.len() >= 2 {
            let pair = Token::new(Kind::Operator, self.input, self.pos, self.pos + 2);
            if let Some(kind) = words::kind_of(&pair) {
                return self.take(kind, 2);
            }
            if rest[0] == b':' {
                return self.single(Kind::Colon, b':');
            }
        }
        self.single(Kind::Operator, rest.first().copied().unwrap_or_default())
    }

    /// SQL Server's `[name]`.
    fn bracket(&mut self) -> Token {
        self.met.bracket = true;
        if self.reading.loose {
            return self.single(Kind::LeftParenthesis, b'[');
        }
        let rest = self.rest(0);
        let len = memchr(b']', rest).map_or(rest.len(), |end| end + 1);
        self.take(Kind::Bareword, len)
    }

    /// A word; `SELECT.1` and ``SELECT`a` `` are two.
    pub(super) fn word(&mut self) -> Token {
        let len = bytes::word_length(self.rest(0)).max(1);
        let mut token = Token::new(Kind::Bareword, self.input, self.pos, self.pos + len);
        for at in 0..usize::from(token.len) {
            if bytes::splits_word(token.text()[at])
                && let Some(kind) = words::kind_of_prefix(&token, at)
                && kind != Kind::Bareword
            {
                return self.take(kind, at);
            }
        }
        self.pos += len;
        if len <= usize::from(token.len)
            && let Some(kind) = words::kind_of(&token)
        {
            token.kind = kind;
        }
        token
    }

    /// MySQL's `` `name` ``: a bare word, or a function.
    fn backtick(&mut self) -> Token {
        let mut token = self.string(self.pos, 1, b'`');
        token.kind = match words::kind_of(&token) {
            Some(Kind::Function) => Kind::Function,
            _ => Kind::Bareword,
        };
        token
    }

    /// `@name`, `@@name`, `` @`name` ``, `@'name'`.
    fn variable(&mut self) -> Token {
        let ats = if self.ahead(1) == Some(b'@') { 2 } else { 1 };
        self.pos += usize::from(ats);
        let mut token = match self.ahead(0) {
            Some(b'`') => self.backtick(),
            Some(quote @ (b'\'' | b'"')) => self.string(self.pos, 1, quote),
            _ => {
                let len = bytes::variable_length(self.rest(0));
                self.take(Kind::Variable, len)
            }
        };
        token.kind = Kind::Variable;
        token.ats = ats;
        token
    }
}
