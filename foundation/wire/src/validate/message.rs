//! Where a value stands, and what AWS says of it.

use std::fmt::Write as _;

use crate::Value;
use crate::names::lower_camel;
use crate::schema::{StructSchema, TypeSchema};

/// More violations than this are counted as this many; a request of a million bad elements gets no
/// message of a million lines.
const MAX_VIOLATIONS: usize = 100;

/// A value in a message is cut at this many characters.
const MAX_VALUE: usize = 4096;

/// The place of a value: `tags.1.member.tagKey`. Spelled out only if there is something to say.
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    part: Part<'a>,
}

enum Part<'a> {
    Root,
    Member(&'static str),
    Element(usize),
    Entry(&'a str),
}

impl Path<'_> {
    pub(super) fn root() -> Self {
        Path {
            parent: None,
            part: Part::Root,
        }
    }

    pub(super) fn member(&self, name: &'static str) -> Path<'_> {
        Path {
            parent: Some(self),
            part: Part::Member(name),
        }
    }

    pub(super) fn element(&self, index: usize) -> Path<'_> {
        Path {
            parent: Some(self),
            part: Part::Element(index),
        }
    }

    pub(super) fn entry<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path {
            parent: Some(self),
            part: Part::Entry(key),
        }
    }

    fn spell(&self) -> String {
        let before = self.parent.map(Path::spell).unwrap_or_default();
        let part = match self.part {
            Part::Root => return before,
            Part::Member(name) => lower_camel(name),
            Part::Element(index) => format!("{}.member", index + 1),
            Part::Entry(key) => format!("{key}.member"),
        };
        if before.is_empty() {
            part
        } else {
            format!("{before}.{part}")
        }
    }
}

/// The violations found so far.
pub(super) struct Report {
    violations: Vec<String>,
    /// What a discreet service says itself where the model has nothing to say.
    invalid: Option<String>,
    manner: Manner,
}

/// How a service words its report.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Values are repeated.
    Plain,
    /// No value is repeated, names and paths are the service's to judge, in its own words, and of a list's elements it
    /// may also be said that they must not be null. So answers IAM (recorded in 2026).
    Discreet,
}

impl Report {
    pub(super) fn new(manner: Manner) -> Self {
        Self {
            violations: Vec::new(),
            invalid: None,
            manner,
        }
    }

    /// Whether values are kept to itself, and members looked at in an order of its own.
    pub(super) fn is_discreet(&self) -> bool {
        self.manner == Manner::Discreet
    }

    /// The members of a structure in the order in which a discreet service looks at them.
    pub(super) fn order(schema: &StructSchema) -> Vec<usize> {
        let count = schema.members.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|index| hash_bucket(&lower_camel(schema.members[*index].name), count));
        order
    }

    /// What stands behind the constraints of a list's elements. Recorded of elements with a pattern; of those with a
    /// length only, it was not there.
    pub(super) fn element_suffix(&self, element: &TypeSchema) -> &'static str {
        if self.is_discreet() && element.constraints.pattern.is_some() {
            ", Member must not be null"
        } else {
            ""
        }
    }

    /// A required value that is absent.
    pub(super) fn missing(&mut self, path: &Path<'_>) {
        let value = if self.is_discreet() { "Value" } else { "Value null" };
        self.push(path, value, "Member must not be null");
    }

    /// A value that the service itself refuses, with what it must be like. The first one is told.
    pub(super) fn invalid(&mut self, path: &Path<'_>, rule: &str) {
        self.invalid
            .get_or_insert_with(|| format!("The specified value for {} is invalid. {rule}", path.spell()));
    }

    /// A value that violates a constraint. A sensitive one is not repeated.
    pub(super) fn violation(&mut self, held: &Value, sensitive: bool, path: &Path<'_>, constraint: &str) {
        let value = if sensitive || self.is_discreet() {
            "Value".to_owned()
        } else {
            format!("Value '{}'", echo(held))
        };
        self.push(path, &value, constraint);
    }

    /// The message, if there is a violation.
    pub(super) fn message(&self) -> Option<String> {
        let count = self.violations.len();
        if count == 0 {
            return self.invalid.clone();
        }
        let errors = if count == 1 { "error" } else { "errors" };
        Some(format!(
            "{count} validation {errors} detected: {}",
            self.violations.join("; ")
        ))
    }

    fn push(&mut self, path: &Path<'_>, value: &str, constraint: &str) {
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(format!(
                "{value} at '{}' failed to satisfy constraint: {constraint}",
                path.spell()
            ));
        }
    }
}

/// Where Java's `HashMap` of so many entries keeps a key. IAM's order of violations (recorded in 2026) is that of such a
/// map.
fn hash_bucket(key: &str, entries: usize) -> u32 {
    let hash = key.encode_utf16().fold(0_u32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(unit.into())
    });
    let capacity = (entries * 4 / 3 + 1).next_power_of_two().max(16) as u32;
    (hash ^ (hash >> 16)) & (capacity - 1)
}

/// A value as Java prints it.
fn echo(held: &Value) -> String {
    let mut text = String::new();
    print(held, &mut text);
    if let Some((end, _)) = text.char_indices().nth(MAX_VALUE) {
        text.truncate(end);
    }
    text
}

fn print(held: &Value, out: &mut String) {
    // Enough for the message; the rest of a large collection would be cut anyway.
    if out.len() > 4 * MAX_VALUE {
        return;
    }
    match held {
        Value::String(text) => out.push_str(text),
        Value::Bool(value) => *out += if *value { "true" } else { "false" },
        Value::Integer(number) => *out += &number.to_string(),
        Value::Float(number) => *out += &number.to_string(),
        Value::Timestamp(instant) => *out += &instant.iso8601(),
        Value::Blob(blob) => {
            let length = blob.len();
            // Writing to a String does not fail.
            let _ = write!(out, "java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]");
        }
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                print(item, out);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                out.push_str(key);
                out.push('=');
                print(value, out);
            }
            out.push('}');
        }
        // Structures are not repeated: their members may be sensitive.
        Value::Struct(_) => out.push_str("{}"),
        Value::Json(_) => out.push_str("{…}"),
        Value::Null => out.push_str("null"),
    }
}
