//! An HTML tokenizer as browsers run it, old ones included: NUL bytes are skipped, the backtick quotes,
//! `<% … %>` is a comment. It never fails; states that have nothing to say run into the next.

use memchr::{memchr, memmem};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text between tags.
    Text,
    /// `<name` or, with white space after the name, `</name`.
    TagNameOpen,
    /// The `>` of a tag.
    TagNameClose,
    /// `/>`.
    TagNameSelfClose,
    /// `</name>`.
    TagClose,
    /// The name of an attribute.
    AttributeName,
    /// The value of an attribute.
    AttributeValue,
    /// A comment, or what browsers take for one.
    Comment,
    /// `<!DOCTYPE`.
    Doctype,
}

/// A token: its kind and its bytes of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'a [u8],
}

/// Where the input is thought to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// In text.
    Data,
    /// In a tag, after an attribute's unquoted value.
    Tag,
    /// In an attribute's value, quoted by `'`, `"` or a backtick.
    Value(u8),
}

#[derive(Clone, Copy)]
enum State {
    Data,
    TagOpen,
    TagNameClose,
    BeforeAttributeName,
    AfterAttributeName,
    BeforeAttributeValue,
    /// In a value; true when the opening quote is still to be skipped.
    Quoted(u8, bool),
    AfterQuotedValue,
    SelfClosing,
    End,
}

/// Yields the tokens of an input.
pub struct Tokens<'a> {
    input: &'a [u8],
    pos: usize,
    state: State,
    closing: bool,
}

const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0B | 0x0C | b'\r' | 0)
}

impl<'a> Tokens<'a> {
    /// The tokens of an input that begins in `context`.
    #[must_use]
    pub fn new(input: &'a [u8], context: Context) -> Self {
        let state = match context {
            Context::Data => State::Data,
            Context::Tag => State::BeforeAttributeName,
            Context::Value(quote) => State::Quoted(quote, false),
        };
        Self {
            input,
            pos: 0,
            state,
            closing: false,
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.pos..).unwrap_or_default()
    }

    /// A token of the next `len` bytes; `skip` more are read with it.
    fn take(&mut self, kind: Kind, len: usize, skip: usize, next: State) -> Token<'a> {
        let rest = self.rest();
        let text = &rest[..len.min(rest.len())];
        self.pos = (self.pos + len + skip).min(self.input.len());
        self.state = next;
        Token { kind, text }
    }

    fn data(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        match memchr(b'<', rest) {
            None => {
                self.state = State::End;
                (!rest.is_empty()).then(|| self.take(Kind::Text, rest.len(), 0, State::End))
            }
            Some(0) => {
                self.pos += 1;
                self.tag_open()
            }
            Some(len) => Some(self.take(Kind::Text, len, 1, State::TagOpen)),
        }
    }

    fn tag_open(&mut self) -> Option<Token<'a>> {
        match *self.rest().first()? {
            b'!' => {
                self.pos += 1;
                Some(self.markup_declaration())
            }
            b'/' => {
                self.pos += 1;
                self.closing = true;
                self.end_tag_open()
            }
            b'?' => {
                self.pos += 1;
                Some(self.bogus_comment())
            }
            b'%' => {
                self.pos += 1;
                Some(self.until(b"%>", Kind::Comment))
            }
            byte if byte.is_ascii_alphabetic() || byte == 0 => Some(self.tag_name()),
            _ => {
                self.state = State::Data;
                Some(Token {
                    kind: Kind::Text,
                    text: &self.input[self.pos - 1..self.pos],
                })
            }
        }
    }

    fn end_tag_open(&mut self) -> Option<Token<'a>> {
        match *self.rest().first()? {
            b'>' => {
                self.state = State::Data;
                self.data()
            }
            byte if byte.is_ascii_alphabetic() => Some(self.tag_name()),
            _ => {
                self.closing = false;
                Some(self.bogus_comment())
            }
        }
    }

    fn tag_name(&mut self) -> Token<'a> {
        let rest = self.rest();
        // NUL is skipped in names by old browsers, so it does not end one.
        let end = rest
            .iter()
            .position(|byte| *byte != 0 && (is_white(*byte) || matches!(byte, b'/' | b'>')));
        match end.map(|len| (len, rest[len])) {
            None => self.take(Kind::TagNameOpen, rest.len(), 0, State::End),
            Some((len, b'/')) => self.take(Kind::TagNameOpen, len, 1, State::SelfClosing),
            Some((len, b'>')) if self.closing => {
                self.closing = false;
                self.take(Kind::TagClose, len, 1, State::Data)
            }
            Some((len, b'>')) => self.take(Kind::TagNameOpen, len, 0, State::TagNameClose),
            Some((len, _)) => self.take(Kind::TagNameOpen, len, 1, State::BeforeAttributeName),
        }
    }

    fn tag_name_close(&mut self) -> Option<Token<'a>> {
        self.closing = false;
        (!self.rest().is_empty()).then(|| self.take(Kind::TagNameClose, 1, 0, State::Data))
    }

    fn skip_white(&mut self) -> Option<u8> {
        let rest = self.rest();
        let white = rest
            .iter()
            .position(|byte| !is_white(*byte))
            .unwrap_or(rest.len());
        self.pos += white;
        rest.get(white).copied()
    }

    fn before_attribute_name(&mut self) -> Option<Token<'a>> {
        // A loop, not a recursion over `/ / / /`: the stack must not grow with the input.
        loop {
            match self.skip_white()? {
                b'/' => {
                    self.pos += 1;
                    if *self.rest().first()? == b'>' {
                        return Some(self.self_close());
                    }
                }
                b'>' => return Some(self.take(Kind::TagNameClose, 1, 0, State::Data)),
                _ => return Some(self.attribute_name()),
            }
        }
    }

    fn self_close(&mut self) -> Token<'a> {
        let token = Token {
            kind: Kind::TagNameSelfClose,
            text: &self.input[self.pos - 1..=self.pos],
        };
        self.pos += 1;
        self.state = State::Data;
        token
    }

    fn self_closing(&mut self) -> Option<Token<'a>> {
        if *self.rest().first()? == b'>' && self.pos > 0 {
            return Some(self.self_close());
        }
        self.before_attribute_name()
    }

    fn attribute_name(&mut self) -> Token<'a> {
        let rest = self.rest();
        let end = rest
            .iter()
            .skip(1)
            .position(|byte| is_white(*byte) || matches!(byte, b'/' | b'=' | b'>'));
        match end.map(|at| (at + 1, rest[at + 1])) {
            None => self.take(Kind::AttributeName, rest.len(), 0, State::End),
            Some((len, b'/')) => self.take(Kind::AttributeName, len, 1, State::SelfClosing),
            Some((len, b'=')) => self.take(Kind::AttributeName, len, 1, State::BeforeAttributeValue),
            Some((len, b'>')) => self.take(Kind::AttributeName, len, 0, State::TagNameClose),
            Some((len, _)) => self.take(Kind::AttributeName, len, 1, State::AfterAttributeName),
        }
    }

    fn after_attribute_name(&mut self) -> Option<Token<'a>> {
        match self.skip_white()? {
            b'/' => {
                self.pos += 1;
                self.self_closing()
            }
            b'=' => {
                self.pos += 1;
                self.before_attribute_value()
            }
            b'>' => self.tag_name_close(),
            _ => Some(self.attribute_name()),
        }
    }

    fn before_attribute_value(&mut self) -> Option<Token<'a>> {
        match self.skip_white()? {
            quote @ (b'"' | b'\'' | b'`') => Some(self.quoted(quote, true)),
            _ => Some(self.unquoted()),
        }
    }

    fn quoted(&mut self, quote: u8, skip: bool) -> Token<'a> {
        self.pos += usize::from(skip);
        let rest = self.rest();
        match memchr(quote, rest) {
            None => self.take(Kind::AttributeValue, rest.len(), 0, State::End),
            Some(len) => self.take(Kind::AttributeValue, len, 1, State::AfterQuotedValue),
        }
    }

    fn unquoted(&mut self) -> Token<'a> {
        let rest = self.rest();
        let end = rest.iter().position(|byte| is_white(*byte) || *byte == b'>');
        match end.map(|len| (len, rest[len])) {
            None => self.take(Kind::AttributeValue, rest.len(), 0, State::End),
            Some((len, b'>')) => self.take(Kind::AttributeValue, len, 0, State::TagNameClose),
            Some((len, _)) => self.take(Kind::AttributeValue, len, 1, State::BeforeAttributeName),
        }
    }

    fn after_quoted_value(&mut self) -> Option<Token<'a>> {
        match *self.rest().first()? {
            b'/' => {
                self.pos += 1;
                self.self_closing()
            }
            b'>' => Some(self.take(Kind::TagNameClose, 1, 0, State::Data)),
            _ => self.before_attribute_name(),
        }
    }

    fn markup_declaration(&mut self) -> Token<'a> {
        let rest = self.rest();
        if rest
            .get(..7)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"DOCTYPE"))
        {
            return match memchr(b'>', rest) {
                None => self.take(Kind::Doctype, rest.len(), 0, State::End),
                Some(len) => self.take(Kind::Doctype, len, 1, State::Data),
            };
        }
        if rest.starts_with(b"[CDATA[") {
            self.pos += 7;
            return self.until(b"]]>", Kind::Text);
        }
        if rest.starts_with(b"--") {
            self.pos += 2;
            return self.comment();
        }
        self.bogus_comment()
    }

    fn bogus_comment(&mut self) -> Token<'a> {
        self.until(b">", Kind::Comment)
    }

    fn until(&mut self, end: &[u8], kind: Kind) -> Token<'a> {
        let rest = self.rest();
        match memmem::find(rest, end) {
            None => self.take(kind, rest.len(), 0, State::End),
            Some(len) => self.take(kind, len, end.len(), State::Data),
        }
    }

    /// A comment ends with `-->` or `-!>`; NUL bytes after the first dash are skipped.
    fn comment(&mut self) -> Token<'a> {
        let rest = self.rest();
        let mut from = 0;
        while let Some(dash) = memchr(b'-', &rest[from..]).map(|at| from + at) {
            let nuls = rest[dash + 1..].iter().take_while(|byte| **byte == 0).count();
            let after = dash + 1 + nuls;
            if let (Some(b'-' | b'!'), Some(b'>')) = (rest.get(after), rest.get(after + 1)) {
                return self.take(Kind::Comment, dash, after + 2 - dash, State::Data);
            }
            // The NULs were looked at; no comment can end among them.
            from = after.min(rest.len());
        }
        self.take(Kind::Comment, rest.len(), 0, State::End)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        match self.state {
            State::Data => self.data(),
            State::TagOpen => self.tag_open(),
            State::TagNameClose => self.tag_name_close(),
            State::BeforeAttributeName => self.before_attribute_name(),
            State::AfterAttributeName => self.after_attribute_name(),
            State::BeforeAttributeValue => self.before_attribute_value(),
            State::Quoted(quote, skip) => Some(self.quoted(quote, skip)),
            State::AfterQuotedValue => self.after_quoted_value(),
            State::SelfClosing => self.self_closing(),
            State::End => None,
        }
    }
}
