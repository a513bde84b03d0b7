//! A CBOR parser that is told by the schema what comes next.
//!
//! It takes every form that RFC 8949 allows: definite and indefinite lengths, floats of each width, integers where
//! floats are wanted. Members that the schema doesn't have are passed over, `null` and `undefined` count as absent.

use std::borrow::Cow;

use crate::codec::scalar::fits;
use crate::codec::{MAX_DEPTH, Malformed};
use crate::schema::{Kind, Member, StructSchema};
use crate::{Blob, Fields, Timestamp, Value};

const UNEXPECTED: Malformed = Malformed::because("Unexpected token received from parser");
const OUT_OF_RANGE: Malformed = Malformed::because("Number out of range");

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

const BREAK: u8 = 0xff;
const FALSE: u8 = 20;
const TRUE: u8 = 21;
const NULL: u8 = 22;
const UNDEFINED: u8 = 23;
const HALF: u8 = 25;
const SINGLE: u8 = 26;
const DOUBLE: u8 = 27;
const INDEFINITE: u8 = 31;
/// Seconds of Unix time.
const EPOCH: u64 = 1;

/// The place in the body, and how deep in it.
pub(super) struct Parser<'a> {
    bytes: &'a [u8],
    depth: usize,
}

/// The beginning of an item.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    /// The five low bits of the first byte.
    info: u8,
    /// The argument; for floats its bits.
    argument: u64,
}

impl<'a> Parser<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: 0 }
    }

    /// Reads the whole body as one structure.
    pub(super) fn document(mut self, schema: &StructSchema) -> Result<Fields, Malformed> {
        let head = self.head()?;
        let fields = self.structure(schema, head)?;
        if self.bytes.is_empty() {
            Ok(fields)
        } else {
            Err(UNEXPECTED)
        }
    }

    fn structure(&mut self, schema: &StructSchema, head: Head) -> Result<Fields, Malformed> {
        let mut fields = Fields::empty(schema);
        self.entries(head, |parser, key| {
            match schema.members.iter().position(|member| member.name == key) {
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

    fn nullable(&mut self, member: &Member) -> Result<Option<Value>, Malformed> {
        let head = self.head()?;
        if head.major == SIMPLE && matches!(head.info, NULL | UNDEFINED) {
            return Ok(None);
        }
        self.value(member, head).map(Some)
    }

    fn value(&mut self, member: &Member, head: Head) -> Result<Value, Malformed> {
        Ok(match &member.target.kind {
            Kind::String => Value::String(self.text(head)?.into_owned()),
            Kind::Blob => Value::Blob(Blob::from(self.chunks(head, BYTES)?.into_owned())),
            Kind::Boolean => Value::Bool(boolean(head)?),
            Kind::Integer(bits) => {
                let number = integer(head)?;
                if !fits(number, *bits) {
                    return Err(OUT_OF_RANGE);
                }
                Value::Integer(number)
            }
            Kind::Float | Kind::Double => Value::Float(float(head)?),
            Kind::Timestamp => Value::Timestamp(self.timestamp(head)?),
            Kind::List { member } => {
                let mut items = Vec::new();
                self.items(head, |parser| {
                    items.push(parser.nullable(member)?.unwrap_or(Value::Null));
                    Ok(())
                })?;
                Value::List(items)
            }
            Kind::Map { value, .. } => {
                let mut entries: Vec<(String, Value)> = Vec::new();
                self.entries(head, |parser, key| {
                    let value = parser.nullable(value)?.unwrap_or(Value::Null);
                    entries.push((key.to_owned(), value));
                    Ok(())
                })?;
                crate::codec::keep_last_of_each(&mut entries);
                Value::Map(entries)
            }
            Kind::Struct(schema) => Value::Struct(self.structure(schema, head)?),
            // The protocol has no document types.
            Kind::Document => return Err(UNEXPECTED),
        })
    }

    fn timestamp(&mut self, head: Head) -> Result<Timestamp, Malformed> {
        let head = match head.major {
            TAG if head.argument == EPOCH => self.head()?,
            TAG => return Err(UNEXPECTED),
            _ => head,
        };
        let seconds = float(head)?;
        Timestamp::parse_epoch_seconds(seconds).map_err(|_| Malformed::because("Invalid timestamp"))
    }

    fn text(&mut self, head: Head) -> Result<Cow<'a, str>, Malformed> {
        let invalid = || Malformed::because("Invalid UTF-8");
        match self.chunks(head, TEXT)? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|_| invalid()),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| invalid()),
        }
    }

    /// A string of a kind, in one piece or in several.
    fn chunks(&mut self, head: Head, major: u8) -> Result<Cow<'a, [u8]>, Malformed> {
        if head.major != major {
            return Err(UNEXPECTED);
        }
        if head.info != INDEFINITE {
            return self.take(head.argument).map(Cow::Borrowed);
        }
        let mut whole = Vec::new();
        while !self.at_break()? {
            let part = self.head()?;
            if part.major != major || part.info == INDEFINITE {
                return Err(UNEXPECTED);
            }
            whole.extend_from_slice(self.take(part.argument)?);
        }
        Ok(Cow::Owned(whole))
    }

    fn entries(
        &mut self,
        head: Head,
        mut entry: impl FnMut(&mut Self, &str) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.sequence(head, MAP, |parser| {
            let key = parser.head()?;
            let key = parser.text(key)?;
            entry(parser, &key)
        })
    }

    fn items(
        &mut self,
        head: Head,
        item: impl FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.sequence(head, ARRAY, item)
    }

    fn sequence(
        &mut self,
        head: Head,
        major: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if head.major != major {
            return Err(UNEXPECTED);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Malformed::because("The body is nested too deeply"));
        }
        if head.info == INDEFINITE {
            while !self.at_break()? {
                item(self)?;
            }
        } else {
            // Each item takes a byte at least, so that a great number ends with the body.
            for _ in 0..head.argument {
                item(self)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Passes over an item whatever it is.
    fn skip(&mut self) -> Result<(), Malformed> {
        let head = self.head()?;
        match head.major {
            BYTES | TEXT => self.chunks(head, head.major).map(drop),
            ARRAY => self.items(head, Self::skip),
            MAP => self.sequence(head, MAP, |parser| {
                parser.skip()?;
                parser.skip()
            }),
            TAG => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(UNEXPECTED);
                }
                self.skip()?;
                self.depth -= 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn head(&mut self) -> Result<Head, Malformed> {
        let (first, rest) = self.bytes.split_first().ok_or(UNEXPECTED)?;
        self.bytes = rest;
        let (major, info) = (first >> 5, first & 31);
        let argument = match info {
            0..=23 => u64::from(info),
            24 => self.number::<1>()?,
            25 => self.number::<2>()?,
            26 => self.number::<4>()?,
            27 => self.number::<8>()?,
            INDEFINITE if matches!(major, BYTES | TEXT | ARRAY | MAP) => 0,
            _ => return Err(UNEXPECTED),
        };
        Ok(Head {
            major,
            info,
            argument,
        })
    }

    fn number<const N: usize>(&mut self) -> Result<u64, Malformed> {
        let (number, rest) = self.bytes.split_first_chunk::<N>().ok_or(UNEXPECTED)?;
        self.bytes = rest;
        Ok(number
            .iter()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(length).map_err(|_| UNEXPECTED)?;
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(UNEXPECTED)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn at_break(&mut self) -> Result<bool, Malformed> {
        match self.bytes.split_first() {
            Some((&BREAK, rest)) => {
                self.bytes = rest;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(UNEXPECTED),
        }
    }
}

fn boolean(head: Head) -> Result<bool, Malformed> {
    match (head.major, head.info) {
        (SIMPLE, FALSE) => Ok(false),
        (SIMPLE, TRUE) => Ok(true),
        _ => Err(UNEXPECTED),
    }
}

fn integer(head: Head) -> Result<i64, Malformed> {
    let number = i64::try_from(head.argument).map_err(|_| OUT_OF_RANGE)?;
    match head.major {
        UNSIGNED => Ok(number),
        NEGATIVE => Ok(-1 - number),
        _ => Err(UNEXPECTED),
    }
}

fn float(head: Head) -> Result<f64, Malformed> {
    match (head.major, head.info) {
        (UNSIGNED, _) => Ok(head.argument as f64),
        (NEGATIVE, _) => Ok(-1.0 - head.argument as f64),
        (SIMPLE, HALF) => Ok(half(head.argument as u16)),
        (SIMPLE, SINGLE) => Ok(f64::from(f32::from_bits(head.argument as u32))),
        (SIMPLE, DOUBLE) => Ok(f64::from_bits(head.argument)),
        _ => Err(UNEXPECTED),
    }
}

/// RFC 8949, appendix D.
fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from((bits >> 10) & 31), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}
