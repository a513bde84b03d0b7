//! Value trees as JSON for people and records.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use crate::codec::push_json_string;
use crate::debug::REDACTED;
use crate::names::lower_camel;
use crate::schema::{Kind, Member, StructSchema};
use crate::{Fields, Value};

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonStyle {
    /// As CloudTrail prints `requestParameters` and `responseElements`: members in lower camel case,
    /// sensitive ones hidden, blobs left out, instants as `Aug 10, 2022, 10:38:27 PM`.
    CloudTrail,
    /// Members by their names in the model and everything shown: for input that is passed on, never
    /// for logs.
    Plain,
}

/// A structure as JSON.
pub fn to_json(schema: &StructSchema, fields: &Fields, style: JsonStyle) -> Json {
    let hide_all = style == JsonStyle::CloudTrail && schema.sensitive;
    let mut object = Map::new();
    for (member, value) in schema.members.iter().zip(&fields.0) {
        let Some(value) = value else { continue };
        let name = match style {
            JsonStyle::CloudTrail => lower_camel(member.name),
            JsonStyle::Plain => member.name.to_owned(),
        };
        let written = if hide_all {
            Some(REDACTED.into())
        } else {
            value_json(member, value, style)
        };
        object.extend(written.map(|written| (name, written)));
    }
    Json::Object(object)
}

fn value_json(member: &Member, value: &Value, style: JsonStyle) -> Option<Json> {
    let audit = style == JsonStyle::CloudTrail;
    if audit && matches!(value, Value::Blob(_)) {
        return None;
    }
    if audit && member.is_sensitive() {
        return Some(REDACTED.into());
    }
    Some(match (value, &member.target.kind) {
        (Value::Bool(value), _) => json!(value),
        (Value::Integer(number), _) => json!(number),
        (Value::Float(number), _) => json!(number),
        (Value::String(text), _) => json!(text),
        (Value::Blob(blob), _) => json!(STANDARD.encode(blob)),
        (Value::Timestamp(instant), _) if audit => json!(instant.java_date()),
        (Value::Timestamp(instant), _) => json!(instant.iso8601()),
        (Value::List(items), Kind::List { member }) => items
            .iter()
            .filter_map(|item| value_json(member, item, style))
            .collect(),
        (Value::Map(entries), Kind::Map { value: member, .. }) => {
            let entries = entries.iter();
            entries
                .filter_map(|(key, value)| Some((key.clone(), value_json(member, value, style)?)))
                .collect()
        }
        (Value::Struct(fields), Kind::Struct(schema)) => to_json(schema, fields, style),
        (Value::Json(json), _) => json.clone(),
        (Value::Null | Value::List(_) | Value::Map(_) | Value::Struct(_), _) => Json::Null,
    })
}

/// Whether `name` is how CloudTrail names the member that the model calls `member`.
pub fn is_lower_camel_of(name: &str, member: &str) -> bool {
    let (name, member) = (name.as_bytes(), member.as_bytes());
    match (name.split_first(), member.split_first()) {
        (Some((first, rest)), Some((initial, others))) => {
            *first == initial.to_ascii_lowercase() && rest == others
        }
        _ => name == member,
    }
}

/// Writes one member of `schema` as [`to_json`] has it in CloudTrail's style, name and value, without a tree of values
/// in between. `false` where CloudTrail leaves the member out; what was written until then must be taken back.
pub fn write_cloudtrail_member(
    out: &mut Vec<u8>,
    schema: &StructSchema,
    member: &Member,
    value: &Value,
) -> bool {
    push_name(out, member.name);
    if schema.sensitive {
        push_json_string(out, REDACTED);
        return true;
    }
    write_cloudtrail_value(out, member, value)
}

fn push_name(out: &mut Vec<u8>, member: &str) {
    out.push(b'"');
    if let Some((initial, rest)) = member.as_bytes().split_first() {
        out.push(initial.to_ascii_lowercase());
        out.extend_from_slice(rest);
    }
    out.extend_from_slice(b"\":");
}

fn write_cloudtrail_value(out: &mut Vec<u8>, member: &Member, value: &Value) -> bool {
    if matches!(value, Value::Blob(_)) {
        return false;
    }
    if member.is_sensitive() {
        push_json_string(out, REDACTED);
        return true;
    }
    match (value, &member.target.kind) {
        (Value::String(text), _) => push_json_string(out, text),
        (Value::Bool(value), _) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        (Value::Integer(number), _) => {
            out.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes());
        }
        (Value::Map(entries), Kind::Map { value: member, .. }) => {
            out.push(b'{');
            let mut first = true;
            for (key, value) in entries {
                let before = out.len();
                if !first {
                    out.push(b',');
                }
                push_json_string(out, key);
                out.push(b':');
                if write_cloudtrail_value(out, member, value) {
                    first = false;
                } else {
                    out.truncate(before);
                }
            }
            out.push(b'}');
        }
        // Rarer kinds go by way of the tree.
        _ => match value_json(member, value, JsonStyle::CloudTrail) {
            Some(json) => out.extend_from_slice(json.to_string().as_bytes()),
            None => return false,
        },
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TypeSchema;
    use crate::{Blob, Timestamp};

    static TEXT: TypeSchema = TypeSchema::new("Text", Kind::String);
    static SECRET: TypeSchema = TypeSchema::new("Secret", Kind::String).sensitive();
    static BYTES: TypeSchema = TypeSchema::new("Bytes", Kind::Blob);
    static DATE: TypeSchema = TypeSchema::new("Date", Kind::Timestamp);
    static SHAPE: StructSchema = StructSchema::new(
        "Shape",
        &[
            Member::new("KeyId", &TEXT),
            Member::new("Password", &SECRET),
            Member::new("Plaintext", &BYTES),
            Member::new("CreationDate", &DATE),
        ],
    );

    fn filled() -> Fields {
        Fields(vec![
            Some(Value::String("k".into())),
            Some(Value::String("hunter2".into())),
            Some(Value::Blob(Blob::from(b"x"))),
            Some(Value::Timestamp(Timestamp::from_seconds(1_660_171_107))),
        ])
    }

    #[test]
    fn cloudtrail_hides_what_is_sensitive_and_leaves_blobs_out() {
        let expected = json!({
            "keyId": "k",
            "password": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "creationDate": "Aug 10, 2022, 10:38:27 PM",
        });
        assert_eq!(to_json(&SHAPE, &filled(), JsonStyle::CloudTrail), expected);
    }

    #[test]
    fn what_is_written_at_once_is_what_the_tree_says() {
        static PAIRS: TypeSchema = TypeSchema::new(
            "Pairs",
            Kind::Map {
                key: &Member::new("key", &TEXT),
                value: &Member::new("value", &TEXT),
            },
        );
        static NUMBER: TypeSchema = TypeSchema::new("Number", Kind::Integer(32));
        static FLAG: TypeSchema = TypeSchema::new("Flag", Kind::Boolean);
        static WIDE: StructSchema = StructSchema::new(
            "Wide",
            &[
                Member::new("KeyId", &TEXT),
                Member::new("Password", &SECRET),
                Member::new("Plaintext", &BYTES),
                Member::new("CreationDate", &DATE),
                Member::new("EncryptionContext", &PAIRS),
                Member::new("NumberOfBytes", &NUMBER),
                Member::new("DryRun", &FLAG),
            ],
        );
        let mut fields = filled();
        fields.0.extend([
            Some(Value::Map(vec![
                ("a\"b".into(), Value::String("c\n\u{1}".into())),
                ("é".into(), Value::String(String::new())),
            ])),
            Some(Value::Integer(-7)),
            Some(Value::Bool(true)),
        ]);
        let Json::Object(expected) = to_json(&WIDE, &fields, JsonStyle::CloudTrail) else {
            panic!("an object")
        };
        let mut written = Map::new();
        for (member, value) in WIDE.members.iter().zip(&fields.0) {
            let mut out = vec![b'{'];
            if write_cloudtrail_member(&mut out, &WIDE, member, value.as_ref().unwrap()) {
                out.push(b'}');
                let Json::Object(one) = serde_json::from_slice(&out).unwrap() else {
                    panic!("an object")
                };
                assert!(one.keys().all(|name| is_lower_camel_of(name, member.name)));
                written.extend(one);
            }
        }
        assert_eq!(written, expected);
    }

    #[test]
    fn debug_hides_what_is_sensitive() {
        struct Printed(Fields);
        impl std::fmt::Debug for Printed {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::fmt_fields(&SHAPE, &self.0, f)
            }
        }
        let text = format!("{:?}", Printed(filled()));
        assert!(
            text.contains("KeyId: \"k\"") && text.contains("Blob(1 bytes)"),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }
}
