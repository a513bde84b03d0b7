//! Between the cases' plain JSON and value trees.

use haechi_wire::{Blob, Fields, Kind, Member, StructSchema, Timestamp, Value};
use serde_json::Value as Json;

/// Parameters or a result as a value tree.
pub(crate) fn fields(schema: &StructSchema, json: &Json) -> Fields {
    let slot = |member: &Member| {
        let held = &json[member.name];
        if held.is_null() {
            None
        } else {
            Some(value(member, held))
        }
    };
    Fields(schema.members.iter().map(slot).collect())
}

/// A value of the member's type; what has another form in the case is kept as JSON and will differ.
fn value(member: &Member, json: &Json) -> Value {
    typed_value(member, json).unwrap_or_else(|| Value::Json(json.clone()))
}

fn typed_value(member: &Member, json: &Json) -> Option<Value> {
    Some(match &member.target.kind {
        _ if json.is_null() => Value::Null,
        Kind::Document => Value::Json(json.clone()),
        Kind::String if member.json_value && !json.is_string() => Value::String(json.to_string()),
        Kind::String => Value::String(json.as_str()?.to_owned()),
        Kind::Boolean => Value::Bool(json.as_bool()?),
        Kind::Integer(_) => Value::Integer(json.as_i64()?),
        Kind::Float | Kind::Double => Value::Float(match json.as_str() {
            Some("NaN") => f64::NAN,
            Some("Infinity") => f64::INFINITY,
            Some(_) => f64::NEG_INFINITY,
            None => json.as_f64()?,
        }),
        Kind::Blob => Value::Blob(Blob::from(json.as_str()?.as_bytes())),
        Kind::Timestamp => Value::Timestamp(match json.as_f64() {
            Some(seconds) => Timestamp::parse_epoch_seconds(seconds).ok()?,
            None => Timestamp::parse_any(json.as_str()?).ok()?,
        }),
        Kind::List { member: item } => Value::List(
            json.as_array()?
                .iter()
                .map(|element| value(item, element))
                .collect(),
        ),
        Kind::Map { value: item, .. } => {
            let entries = json.as_object()?.iter();
            Value::Map(
                entries
                    .map(|(key, element)| (key.clone(), value(item, element)))
                    .collect(),
            )
        }
        Kind::Struct(schema) => Value::Struct(fields(schema, json)),
    })
}

/// A tree with all it holds, to be compared: unlike values, two texts of NaN are the same, and the
/// order of a map does not matter.
pub(crate) fn show(schema: &StructSchema, fields: &Fields) -> String {
    let members = schema.members.iter().zip(&fields.0);
    let shown = members.filter_map(|(member, held)| {
        Some(format!("{}: {}", member.name, show_value(member, held.as_ref()?)))
    });
    format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
}

fn show_value(member: &Member, value: &Value) -> String {
    match (value, &member.target.kind) {
        (Value::Struct(fields), Kind::Struct(schema)) => show(schema, fields),
        (Value::List(items), Kind::List { member }) => {
            let items: Vec<String> = items.iter().map(|item| show_value(member, item)).collect();
            format!("[{}]", items.join(", "))
        }
        (Value::Map(entries), Kind::Map { value: member, .. }) => {
            let mut entries: Vec<String> = entries
                .iter()
                .map(|(key, held)| format!("{key:?}: {}", show_value(member, held)))
                .collect();
            entries.sort();
            format!("<{}>", entries.join(", "))
        }
        (Value::String(text), _) => format!("{text:?}"),
        (Value::Integer(number), _) => number.to_string(),
        (Value::Float(number), _) => format!("{number:?}"),
        (Value::Blob(blob), _) => format!("b{:?}", String::from_utf8_lossy(blob)),
        (Value::Timestamp(instant), _) => format!("t{}", instant.as_millis()),
        (Value::Json(json), _) => format!("json {json}"),
        (other, _) => format!("{other:?}"),
    }
}
