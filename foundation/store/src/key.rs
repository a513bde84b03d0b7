//! Ordered tuple keys: `/{service}/{table}/{partition}/{account}/{region}/{id…}`.
//!
//! Each part is written so that comparing bytes compares tuples: a tag, then either a string whose NUL bytes are
//! escaped (`00` → `00 FF`) and which ends in `00`, or a big-endian `u64`. This is the encoding of FoundationDB's
//! tuple layer. The service and the table come first, so that one table lies together and can be read across all
//! accounts, as timers, billing and the backup need.

use std::fmt;

use bytes::Bytes;

use crate::Scope;

const STR: u8 = 0x02;
const NUM: u8 = 0x15;
/// Above every tag: the end of everything below a prefix.
const AFTER_CHILDREN: u8 = 0xff;
/// Service, table, partition, account, Region.
const PARTS_BEFORE_ID: usize = 5;

/// An ordered key.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Bytes);

impl Key {
    /// Begins a key of one table in one scope.
    pub fn build(scope: &Scope, service: &str, table: &str) -> KeyBuilder {
        KeyBuilder::table(service, table)
            .str(&scope.partition)
            .str(&scope.account)
            .str(&scope.region)
    }

    /// Takes bytes that a backend stored earlier.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// The encoded key, as backends store it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The encoded key, shared.
    pub fn to_bytes(&self) -> Bytes {
        self.0.clone()
    }

    /// The parts, or `None` if these bytes are no tuple.
    pub fn parts(&self) -> Option<Vec<Part>> {
        decode(&self.0)
    }

    /// The scope and the id of a table's key, or `None` if this is no such key.
    pub fn scope_and_id(&self) -> Option<(Scope, Id)> {
        let mut parts = self.parts()?;
        if parts.len() < PARTS_BEFORE_ID {
            return None;
        }
        let id = Id(parts.split_off(PARTS_BEFORE_ID));
        let mut scope = parts.into_iter().skip(2).map(|part| match part {
            Part::Str(text) => Some(text),
            Part::Num(_) => None,
        });
        let scope = Scope {
            partition: scope.next()??,
            account: scope.next()??,
            region: scope.next()??,
        };
        Some((scope, id))
    }

    /// This key and every key that begins with its parts.
    pub fn subtree(&self) -> KeyRange {
        let mut end = Vec::with_capacity(self.0.len() + 1);
        end.extend_from_slice(&self.0);
        end.push(AFTER_CHILDREN);
        KeyRange {
            start: self.0.clone(),
            end: end.into(),
        }
    }

    /// The collections that this key is a member of, from the table in its scope down to its parent.
    pub(crate) fn collections(&self) -> Vec<Key> {
        let ends = part_ends(&self.0).unwrap_or_default();
        let from = PARTS_BEFORE_ID - 1;
        let upto = ends.len().saturating_sub(1);
        ends.get(from..upto)
            .unwrap_or_default()
            .iter()
            .map(|&end| Self(self.0.slice(..end)))
            .collect()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parts) = self.parts() {
            return parts.iter().try_for_each(|part| write!(f, "/{part}"));
        }
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Builds a [`Key`] part by part.
#[derive(Clone, Debug, Default)]
pub struct KeyBuilder(Vec<u8>);

impl KeyBuilder {
    /// Begins a key above all scopes: the prefix of a whole table.
    pub fn table(service: &str, table: &str) -> Self {
        Self(Vec::with_capacity(128)).str(service).str(table)
    }

    /// Adds a string.
    pub fn str(mut self, text: &str) -> Self {
        self.push_str(text);
        self
    }

    /// Adds a number; numbers sort by value.
    pub fn u64(mut self, number: u64) -> Self {
        self.push_u64(number);
        self
    }

    /// Adds whatever an id is made of.
    pub fn part(mut self, part: &impl KeyPart) -> Self {
        part.append_to(&mut self);
        self
    }

    /// The key.
    pub fn finish(self) -> Key {
        Key(self.0.into())
    }

    fn push_str(&mut self, text: &str) {
        self.0.push(STR);
        for &byte in text.as_bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(0xff);
            }
        }
        self.0.push(0);
    }

    fn push_u64(&mut self, number: u64) {
        self.0.push(NUM);
        self.0.extend_from_slice(&number.to_be_bytes());
    }
}

/// What may stand as an id: a string, a number, or a tuple of them.
pub trait KeyPart: Send + Sync {
    /// Adds this part to a key.
    fn append_to(&self, key: &mut KeyBuilder);
}

impl KeyPart for str {
    fn append_to(&self, key: &mut KeyBuilder) {
        key.push_str(self);
    }
}

impl KeyPart for String {
    fn append_to(&self, key: &mut KeyBuilder) {
        key.push_str(self);
    }
}

impl KeyPart for u64 {
    fn append_to(&self, key: &mut KeyBuilder) {
        key.push_u64(*self);
    }
}

impl<K: KeyPart + ?Sized> KeyPart for &K {
    fn append_to(&self, key: &mut KeyBuilder) {
        (**self).append_to(key);
    }
}

impl KeyPart for () {
    fn append_to(&self, _: &mut KeyBuilder) {}
}

impl<A: KeyPart> KeyPart for (A,) {
    fn append_to(&self, key: &mut KeyBuilder) {
        self.0.append_to(key);
    }
}

impl<A: KeyPart, B: KeyPart> KeyPart for (A, B) {
    fn append_to(&self, key: &mut KeyBuilder) {
        self.0.append_to(key);
        self.1.append_to(key);
    }
}

impl<A: KeyPart, B: KeyPart, C: KeyPart> KeyPart for (A, B, C) {
    fn append_to(&self, key: &mut KeyBuilder) {
        self.0.append_to(key);
        self.1.append_to(key);
        self.2.append_to(key);
    }
}

impl<A: KeyPart, B: KeyPart, C: KeyPart, D: KeyPart> KeyPart for (A, B, C, D) {
    fn append_to(&self, key: &mut KeyBuilder) {
        self.0.append_to(key);
        self.1.append_to(key);
        self.2.append_to(key);
        self.3.append_to(key);
    }
}

/// One part of a key, read back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// A number.
    Num(u64),
    /// A string.
    Str(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(text) => f.write_str(text),
            Self::Num(number) => write!(f, "{number}"),
        }
    }
}

/// A record's id within its table and scope, read back from its key.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Id(Vec<Part>);

impl Id {
    /// Makes an id that equals the one a record written under `part` has.
    pub fn of(part: &impl KeyPart) -> Self {
        let mut key = KeyBuilder::default();
        part.append_to(&mut key);
        Self(decode(&key.0).unwrap_or_default())
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The string at a place.
    pub fn str(&self, at: usize) -> Option<&str> {
        match self.0.get(at)? {
            Part::Str(text) => Some(text),
            Part::Num(_) => None,
        }
    }

    /// The number at a place.
    pub fn u64(&self, at: usize) -> Option<u64> {
        match self.0.get(at)? {
            Part::Num(number) => Some(*number),
            Part::Str(_) => None,
        }
    }
}

impl KeyPart for Id {
    fn append_to(&self, key: &mut KeyBuilder) {
        for part in &self.0 {
            match part {
                Part::Str(text) => key.push_str(text),
                Part::Num(number) => key.push_u64(*number),
            }
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("/")?;
            }
            part.fmt(f)?;
        }
        Ok(())
    }
}

/// Keys from `start` (included) to `end` (not included).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// The first key that may be in the range.
    pub start: Bytes,
    /// The first key after the range.
    pub end: Bytes,
}

impl KeyRange {
    /// What of this range comes after a key in ascending order.
    pub fn after(mut self, key: &Key) -> Self {
        let mut start = Vec::with_capacity(key.0.len() + 1);
        start.extend_from_slice(&key.0);
        start.push(0);
        if start.as_slice() > &self.start[..] {
            self.start = start.into();
        }
        self
    }

    /// What of this range comes before a key.
    pub fn before(mut self, key: &Key) -> Self {
        if key.0 < self.end {
            self.end = key.0.clone();
        }
        self
    }

    /// Whether a key lies in the range.
    pub fn contains(&self, key: &Key) -> bool {
        self.start <= key.0 && key.0 < self.end
    }
}

/// Where each part ends, or `None` if these bytes are no tuple.
fn part_ends(bytes: &[u8]) -> Option<Vec<usize>> {
    let mut ends = Vec::with_capacity(8);
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            NUM => at + 9,
            STR => string_end(bytes, at + 1)?,
            _ => return None,
        };
        if at > bytes.len() {
            return None;
        }
        ends.push(at);
    }
    Some(ends)
}

/// The place after the terminator of the string that begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0)?;
        if bytes.get(at + 1) != Some(&0xff) {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn decode(bytes: &[u8]) -> Option<Vec<Part>> {
    let mut parts = Vec::with_capacity(8);
    let mut start = 0;
    for end in part_ends(bytes)? {
        let part = &bytes[start..end];
        parts.push(match part[0] {
            NUM => Part::Num(u64::from_be_bytes(part[1..].try_into().ok()?)),
            _ => Part::Str(unescape(&part[1..part.len() - 1])?),
        });
        start = end;
    }
    Some(parts)
}

fn unescape(bytes: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        text.push(byte);
        at += if byte == 0 { 2 } else { 1 };
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests;
