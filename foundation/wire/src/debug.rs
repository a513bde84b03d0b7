//! Printing with the schema at hand: what the model marks sensitive never shows.

use std::fmt;

use crate::schema::{Kind, Member, StructSchema};
use crate::{Fields, Value};

/// What stands where a sensitive value would, in CloudTrail's words.
pub(crate) const REDACTED: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Prints a structure as Rust's derived `Debug` would, absent members left out, sensitive ones
/// replaced and blobs by their length.
pub fn fmt_fields(schema: &StructSchema, fields: &Fields, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut printed = f.debug_struct(schema.name);
    for (member, value) in schema.members.iter().zip(&fields.0) {
        if let Some(value) = value {
            printed.field(
                member.name,
                &Printed {
                    member,
                    value,
                    hidden: schema.sensitive,
                },
            );
        }
    }
    printed.finish()
}

struct Printed<'a> {
    member: &'a Member,
    value: &'a Value,
    hidden: bool,
}

impl fmt::Debug for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden || self.member.is_sensitive() {
            return f.write_str(REDACTED);
        }
        let within = |member, value| Printed {
            member,
            value,
            hidden: false,
        };
        match (self.value, &self.member.target.kind) {
            (Value::Struct(fields), Kind::Struct(schema)) => fmt_fields(schema, fields, f),
            (Value::List(items), Kind::List { member }) => f
                .debug_list()
                .entries(items.iter().map(|item| within(member, item)))
                .finish(),
            (Value::Map(entries), Kind::Map { value: member, .. }) => f
                .debug_map()
                .entries(entries.iter().map(|(key, value)| (key, within(member, value))))
                .finish(),
            (Value::String(text), _) => text.fmt(f),
            (Value::Integer(number), _) => number.fmt(f),
            (Value::Float(number), _) => number.fmt(f),
            (Value::Json(json), _) => json.fmt(f),
            (value, _) => value.fmt(f),
        }
    }
}
