//! Value trees as JSON for people and records.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

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
