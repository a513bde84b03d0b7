//! Types: what a member may hold, and its constraints.

use std::sync::OnceLock;

use super::{Member, StructRef};

/// A shape of the model other than the structures' insides.
#[derive(Debug)]
pub struct TypeSchema {
    /// The shape's name in the model.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What its values must satisfy.
    pub constraints: Constraints,
    /// Marked sensitive in the model: never printed, logged or echoed.
    pub sensitive: bool,
}

/// What a type is.
#[derive(Debug)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A signed integer of this many bits: 8, 16, 32 or 64.
    Integer(u8),
    /// A 32-bit float.
    Float,
    /// A 64-bit float.
    Double,
    /// Text; an enumeration if its constraints list values.
    String,
    /// Bytes.
    Blob,
    /// An instant.
    Timestamp,
    /// A list.
    List {
        /// The elements.
        member: &'static Member,
    },
    /// A map from strings.
    Map {
        /// The keys.
        key: &'static Member,
        /// The values.
        value: &'static Member,
    },
    /// A structure or union.
    Struct(StructRef),
    /// Any JSON.
    Document,
}

/// What the values of a type must satisfy. `min` and `max` bound the number itself, or the length of
/// text (in characters), blobs (in bytes), lists and maps.
#[derive(Debug, Clone, Copy)]
pub struct Constraints {
    /// The least number or length.
    pub min: Option<i64>,
    /// The greatest number or length.
    pub max: Option<i64>,
    /// What text must match as a whole.
    pub pattern: Option<&'static Pattern>,
    /// The values of an enumeration, in the order of the model.
    pub values: &'static [&'static str],
}

impl Constraints {
    /// No constraint at all.
    pub const NONE: Self = Self {
        min: None,
        max: None,
        pattern: None,
        values: &[],
    };

    /// Whether anything is constrained.
    pub const fn is_none(&self) -> bool {
        self.min.is_none() && self.max.is_none() && self.pattern.is_none() && self.values.is_empty()
    }
}

/// A regular expression of the model, compiled on first use.
#[derive(Debug)]
pub struct Pattern {
    /// The expression as the model (and AWS's message) gives it.
    pub source: &'static str,
    pub(crate) compiled: OnceLock<Option<regex::Regex>>,
}

impl Pattern {
    /// A pattern, not yet compiled.
    pub const fn new(source: &'static str) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }
}

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2014-04-29T18:30:38Z`.
    Iso8601,
    /// `1398796238`, with a fraction where there is one.
    UnixTimestamp,
    /// `Tue, 29 Apr 2014 18:30:38 GMT`.
    Rfc822,
}

impl TypeSchema {
    /// A type without constraints.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            constraints: Constraints::NONE,
            sensitive: false,
        }
    }

    /// Bounds on the number or length.
    pub const fn range(mut self, min: Option<i64>, max: Option<i64>) -> Self {
        self.constraints.min = min;
        self.constraints.max = max;
        self
    }

    /// A pattern that text must match.
    pub const fn pattern(mut self, pattern: &'static Pattern) -> Self {
        self.constraints.pattern = Some(pattern);
        self
    }

    /// The values of an enumeration.
    pub const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.constraints.values = values;
        self
    }

    /// Marks the type sensitive.
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }
}
