//! A JSON parser that is told by the schema what comes next.
//!
//! It makes the value tree straight from the text: no tree of JSON between, no copy of a string that
//! has no escapes beyond the one that is kept. Like AWS's (Jackson), it takes the last of duplicate
//! keys, ignores members that the schema doesn't have, and treats `null` as absent.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;

use super::TIMESTAMPS;
use crate::codec::scalar::{BASE64, fits, float};
use crate::codec::{MAX_DEPTH, Malformed};
use crate::schema::{Kind, Location, Member, StructSchema, TimestampFormat};
use crate::{Blob, Fields, Timestamp, Value};

/// The place in the text, and how deep in it.
pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

const UNEXPECTED: Malformed = Malformed::because("Unexpected token received from parser");
const NO_STRUCTURE: Malformed = Malformed::because("Start of structure or map found where not expected.");
const NO_LIST: Malformed = Malformed::because("Start of list found where not expected");

impl<'a> Parser<'a> {
    /// The body must be UTF-8.
    pub(super) fn new(body: &'a [u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(body).map_err(|_| Malformed::because("Invalid UTF-8"))?;
        Ok(Self {
            text,
            at: 0,
            depth: 0,
        })
    }

    /// Reads the whole text as one value.
    pub(super) fn document<T>(
        mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        self.skip_whitespace();
        let value = read(&mut self)?;
        self.skip_whitespace();
        if self.at == self.text.len() {
            Ok(value)
        } else {
            Err(UNEXPECTED)
        }
    }

    /// Reads an object as a structure; members outside the body are ignored.
    pub(super) fn structure(&mut self, schema: &StructSchema) -> Result<Fields, Malformed> {
        let mut fields = Fields::empty(schema);
        self.object(|parser, key| {
            let member = schema
                .members
                .iter()
                .position(|member| member.location == Location::Body && member.wire_name() == key);
            match member {
                Some(index) => fields.0[index] = parser.nullable(&schema.members[index])?,
                None => parser.skip()?,
            }
            Ok(())
        })?;
        if schema.is_union() && fields.0.iter().flatten().count() != 1 {
            return Err(Malformed::because("Unexpected number of union members"));
        }
        Ok(fields)
    }

    /// Reads a value or `null`.
    pub(super) fn nullable(&mut self, member: &Member) -> Result<Option<Value>, Malformed> {
        if self.literal("null") {
            Ok(None)
        } else {
            self.value(member).map(Some)
        }
    }

    fn value(&mut self, member: &Member) -> Result<Value, Malformed> {
        Ok(match &member.target.kind {
            Kind::String => Value::String(self.typed_string("a String")?.into_owned()),
            Kind::Blob => Value::Blob(self.blob()?),
            Kind::Boolean if self.literal("true") => Value::Bool(true),
            Kind::Boolean if self.literal("false") => Value::Bool(false),
            Kind::Boolean => return Err(self.mismatch("a Boolean")),
            Kind::Integer(bits) => Value::Integer(self.integer(*bits)?),
            Kind::Float | Kind::Double => Value::Float(self.float()?),
            Kind::Timestamp => {
                Value::Timestamp(self.timestamp(member.timestamp_format.unwrap_or(TIMESTAMPS))?)
            }
            Kind::List { member } => self.list(member)?,
            Kind::Map { value, .. } => self.map(value)?,
            Kind::Struct(schema) => {
                if self.peek() != Some(b'{') {
                    return Err(if self.peek() == Some(b'[') {
                        NO_LIST
                    } else {
                        UNEXPECTED
                    });
                }
                Value::Struct(self.structure(schema)?)
            }
            Kind::Document => Value::Json(self.json()?),
        })
    }

    fn list(&mut self, member: &Member) -> Result<Value, Malformed> {
        if self.peek() != Some(b'[') {
            return Err(if self.peek() == Some(b'{') {
                NO_STRUCTURE
            } else {
                UNEXPECTED
            });
        }
        let mut items = Vec::new();
        self.array(|parser| {
            items.push(parser.nullable(member)?.unwrap_or(Value::Null));
            Ok(())
        })?;
        Ok(Value::List(items))
    }

    fn map(&mut self, value: &Member) -> Result<Value, Malformed> {
        if self.peek() != Some(b'{') {
            return Err(if self.peek() == Some(b'[') {
                NO_LIST
            } else {
                UNEXPECTED
            });
        }
        let mut entries = Vec::new();
        self.object(|parser, key| {
            let value = parser.nullable(value)?.unwrap_or(Value::Null);
            entries.push((key.to_owned(), value));
            Ok(())
        })?;
        Ok(Value::Map(last_of_each(entries)))
    }

    fn blob(&mut self) -> Result<Blob, Malformed> {
        let text = self.typed_string("a ByteBuffer")?;
        BASE64
            .decode(text.as_bytes())
            .map(Blob::from)
            .map_err(|_| Malformed::because("Invalid base64"))
    }

    fn integer(&mut self, bits: u8) -> Result<i64, Malformed> {
        let wanted = if bits == 64 { "a Long" } else { "an Integer" };
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.mismatch(wanted));
        }
        let text = self.number()?;
        let number = match text.parse::<i64>() {
            Ok(number) => number,
            Err(_) => whole(float(text)?)?,
        };
        if fits(number, bits) {
            Ok(number)
        } else {
            Err(Malformed::because("Number out of range"))
        }
    }

    fn float(&mut self) -> Result<f64, Malformed> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => float(self.number()?),
            Some(b'"') => match &*self.string()? {
                named @ ("NaN" | "Infinity" | "-Infinity") => float(named),
                _ => Err(Malformed::because(
                    "STRING_VALUE can not be converted to a Double",
                )),
            },
            _ => Err(self.mismatch("a Double")),
        }
    }

    fn timestamp(&mut self, format: TimestampFormat) -> Result<Timestamp, Malformed> {
        let parsed = match self.peek() {
            Some(b'-' | b'0'..=b'9') => Timestamp::parse_epoch_seconds(float(self.number()?)?),
            Some(b'"') => {
                let text = self.string()?;
                match format {
                    TimestampFormat::Rfc822 => Timestamp::parse_http_date(&text),
                    TimestampFormat::Iso8601 => Timestamp::parse_iso8601(&text),
                    TimestampFormat::UnixTimestamp => Timestamp::parse_any(&text),
                }
            }
            _ => return Err(self.mismatch("a Date")),
        };
        parsed.map_err(|_| Malformed::because("Invalid timestamp"))
    }

    /// A value of any kind, as the document type holds it.
    fn json(&mut self) -> Result<serde_json::Value, Malformed> {
        let start = self.at;
        self.skip()?;
        serde_json::from_str(&self.text[start..self.at]).map_err(|_| UNEXPECTED)
    }

    /// Passes over a value whatever it is, checking that it is one.
    fn skip(&mut self) -> Result<(), Malformed> {
        match self.peek() {
            Some(b'{') => self.object(|parser, _| parser.skip()),
            Some(b'[') => self.array(Self::skip),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            _ if self.literal("true") || self.literal("false") || self.literal("null") => Ok(()),
            _ => Err(UNEXPECTED),
        }
    }

    fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, &str) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.enter(b'{')?;
        if self.take(b'}') {
            self.depth -= 1;
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.skip_whitespace();
            self.expect(b':')?;
            entry(self, &key)?;
            self.skip_whitespace();
            if self.take(b'}') {
                self.depth -= 1;
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        self.enter(b'[')?;
        if self.take(b']') {
            self.depth -= 1;
            return Ok(());
        }
        loop {
            item(self)?;
            self.skip_whitespace();
            if self.take(b']') {
                self.depth -= 1;
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn enter(&mut self, bracket: u8) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Malformed::because("The body is nested too deeply"));
        }
        self.expect(bracket)
    }

    fn typed_string(&mut self, wanted: &str) -> Result<Cow<'a, str>, Malformed> {
        if self.peek() == Some(b'"') {
            self.string()
        } else {
            Err(self.mismatch(wanted))
        }
    }

    /// What AWS says of a value of another kind than the member's.
    fn mismatch(&self, wanted: &str) -> Malformed {
        let found = match self.peek() {
            Some(b'{') => return NO_STRUCTURE,
            Some(b'[') => return NO_LIST,
            Some(b'"') => "STRING_VALUE",
            Some(b't') => "TRUE_VALUE",
            Some(b'f') => "FALSE_VALUE",
            Some(b'-' | b'0'..=b'9') => "NUMBER_VALUE",
            _ => return UNEXPECTED,
        };
        Malformed(Cow::Owned(format!("{found} can not be converted to {wanted}")))
    }

    /// A string; borrowed from the body if nothing in it is escaped.
    fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        self.expect_bare(b'"')?;
        let text = self.text;
        let rest = &text.as_bytes()[self.at..];
        let end = memchr::memchr2(b'"', b'\\', rest).ok_or(UNEXPECTED)?;
        if has_control(&rest[..end]) {
            return Err(UNEXPECTED);
        }
        let plain = &text[self.at..self.at + end];
        self.at += end + 1;
        if rest[end] == b'"' {
            Ok(Cow::Borrowed(plain))
        } else {
            self.escaped(plain).map(Cow::Owned)
        }
    }

    /// The rest of a string from its first escape on; the backslash is read.
    fn escaped(&mut self, plain: &str) -> Result<String, Malformed> {
        let mut text = plain.to_owned();
        loop {
            text.push(self.escape()?);
            let rest = &self.text.as_bytes()[self.at..];
            let end = memchr::memchr2(b'"', b'\\', rest).ok_or(UNEXPECTED)?;
            if has_control(&rest[..end]) {
                return Err(UNEXPECTED);
            }
            text.push_str(&self.text[self.at..self.at + end]);
            self.at += end + 1;
            if rest[end] == b'"' {
                return Ok(text);
            }
        }
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        let letter = self.peek().ok_or(UNEXPECTED)?;
        self.at += 1;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex4()?;
                match unit {
                    0xD800..=0xDBFF => {
                        self.expect_bare(b'\\')?;
                        self.expect_bare(b'u')?;
                        let low = self.hex4()?;
                        let units = [unit, low];
                        let mut letters = char::decode_utf16(units);
                        letters.next().and_then(Result::ok).ok_or(UNEXPECTED)?
                    }
                    _ => char::from_u32(unit.into()).ok_or(UNEXPECTED)?,
                }
            }
            _ => {
                // Not an escape; step back so that a multi-byte letter is never split.
                self.at -= 1;
                return Err(UNEXPECTED);
            }
        })
    }

    fn hex4(&mut self) -> Result<u16, Malformed> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(UNEXPECTED)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(UNEXPECTED);
        }
        self.at += 4;
        u16::from_str_radix(digits, 16).map_err(|_| UNEXPECTED)
    }

    /// The text of a number in JSON's grammar.
    fn number(&mut self) -> Result<&'a str, Malformed> {
        let start = self.at;
        self.take(b'-');
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(UNEXPECTED),
        }
        if self.take(b'.') {
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        self.digits();
        if self.at > start { Ok(()) } else { Err(UNEXPECTED) }
    }

    fn literal(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect_bare(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.take(byte) { Ok(()) } else { Err(UNEXPECTED) }
    }

    /// The byte and the whitespace after it.
    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        self.expect_bare(byte)?;
        self.skip_whitespace();
        Ok(())
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }
}

/// Whether a control character stands in a string unescaped. Without an early end the loop runs many
/// bytes at a time, and nearly all strings have none.
fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().map(|byte| u32::from(*byte < 0x20)).sum::<u32>() > 0
}

/// An integer that was written with a fraction or exponent (`1.0`, `1e3`).
fn whole(number: f64) -> Result<i64, Malformed> {
    // Beyond 2^53 a float no longer says which integer is meant.
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        Ok(number as i64)
    } else {
        Err(Malformed::because(
            "NUMBER_VALUE can not be converted to an Integer",
        ))
    }
}

/// Keeps the last of the entries with the same key, in the place of the first.
fn last_of_each(entries: Vec<(String, Value)>) -> Vec<(String, Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let mut places: HashMap<String, usize> = HashMap::with_capacity(entries.len());
    let mut unique: Vec<(String, Value)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if let Some(place) = places.get(&key) {
            unique[*place].1 = value;
        } else {
            places.insert(key.clone(), unique.len());
            unique.push((key, value));
        }
    }
    unique
}
