//! Generated structures in a service's own records.
//!
//! A service that keeps what a client sent as it was sent (a distribution's configuration, a user pool's settings)
//! puts the generated structure into its record. On disk it is JSON with the model's names and everything shown, in
//! the form of [`JsonStyle::Plain`]. Members that a later model adds are absent in older records, those that it drops
//! are ignored; a value that no longer fits its member makes the record unreadable rather than wrong.

use std::fmt;
use std::ops::{Deref, DerefMut};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use crate::schema::{Kind, StructSchema, TypeSchema};
use crate::{Blob, Fields, JsonStyle, Shape, Timestamp, Value, to_json};

/// A generated structure that serializes. Its `Debug` is the structure's own, which hides what is sensitive; what is
/// stored hides nothing.
#[derive(Clone, Default, PartialEq)]
pub struct Stored<S>(pub S);

impl<S> Deref for Stored<S> {
    type Target = S;
    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S> DerefMut for Stored<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0
    }
}

impl<S: fmt::Debug> fmt::Debug for Stored<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Shape> Serialize for Stored<S> {
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        to_json(S::SCHEMA, &self.0.clone().into_fields(), JsonStyle::Plain).serialize(serializer)
    }
}

impl<'de, S: Shape> Deserialize<'de> for Stored<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let fields = structure(S::SCHEMA, &json)
            .ok_or_else(|| D::Error::custom(format!("not a stored {}", S::SCHEMA.name)))?;
        Ok(Self(S::from_fields(fields)))
    }
}

fn structure(schema: &StructSchema, json: &Json) -> Option<Fields> {
    let object = json.as_object()?;
    let mut fields = Fields::empty(schema);
    for (index, member) in schema.members.iter().enumerate() {
        if let Some(held) = object.get(member.name).filter(|held| !held.is_null()) {
            fields.set(index, value(member.target, held)?);
        }
    }
    Some(fields)
}

fn value(target: &TypeSchema, json: &Json) -> Option<Value> {
    Some(match &target.kind {
        Kind::Boolean => Value::Bool(json.as_bool()?),
        Kind::Integer(_) => Value::Integer(json.as_i64()?),
        Kind::Float | Kind::Double => Value::Float(json.as_f64()?),
        Kind::String => Value::String(json.as_str()?.to_owned()),
        Kind::Blob => Value::Blob(Blob::from(STANDARD.decode(json.as_str()?).ok()?)),
        Kind::Timestamp => Value::Timestamp(Timestamp::parse_iso8601(json.as_str()?).ok()?),
        Kind::List { member } => {
            let items = json.as_array()?.iter().map(|item| element(member.target, item));
            Value::List(items.collect::<Option<_>>()?)
        }
        Kind::Map { value: held, .. } => {
            let entries = json.as_object()?.iter();
            let entries = entries.map(|(key, item)| Some((key.clone(), element(held.target, item)?)));
            Value::Map(entries.collect::<Option<_>>()?)
        }
        Kind::Struct(schema) => Value::Struct(structure(schema.schema(), json)?),
        Kind::Document => Value::Json(json.clone()),
    })
}

fn element(target: &TypeSchema, json: &Json) -> Option<Value> {
    if json.is_null() {
        Some(Value::Null)
    } else {
        value(target, json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Member, StructRef};

    static TEXT: TypeSchema = TypeSchema::new("Text", Kind::String);
    static BYTES: TypeSchema = TypeSchema::new("Bytes", Kind::Blob);
    static DATE: TypeSchema = TypeSchema::new("Date", Kind::Timestamp);
    static NUMBER: TypeSchema = TypeSchema::new("Number", Kind::Double);
    static INNER: StructSchema = StructSchema::new("Inner", &[Member::new("Date", &DATE)]);
    static INNER_TYPE: TypeSchema = TypeSchema::new("Inner", Kind::Struct(StructRef::new(&INNER)));
    static KEY: Member = Member::new("key", &TEXT);
    static ITEM: Member = Member::new("item", &INNER_TYPE);
    static MAP: TypeSchema = TypeSchema::new(
        "Map",
        Kind::Map {
            key: &KEY,
            value: &ITEM,
        },
    );
    static OUTER: StructSchema = StructSchema::new(
        "Outer",
        &[
            Member::new("Name", &TEXT).named("n"),
            Member::new("Data", &BYTES),
            Member::new("Ratio", &NUMBER),
            Member::new("Inners", &MAP),
        ],
    );

    crate::shape! {
        Inner = &INNER; { date: Timestamp, }
    }
    crate::shape! {
        Outer = &OUTER; {
            name: String,
            data: Blob,
            ratio: f64,
            inners: std::collections::BTreeMap<String, Inner>,
        }
    }

    fn outer() -> Outer {
        let inner = Inner {
            date: Some(Timestamp::from_millis(1_660_171_107_123)),
        };
        Outer {
            name: Some("n".into()),
            data: Some(Blob::from(b"\0\xff")),
            ratio: Some(0.5),
            inners: Some([("a".to_owned(), inner)].into()),
        }
    }

    #[test]
    fn what_is_stored_comes_back() {
        let text = serde_json::to_string(&Stored(outer())).unwrap();
        let back: Stored<Outer> = serde_json::from_str(&text).unwrap();
        assert_eq!(back.0, outer());
    }

    #[test]
    fn absent_members_stay_absent_and_unknown_ones_are_ignored() {
        let back: Stored<Outer> = serde_json::from_str(r#"{"Name":"x","Dropped":1}"#).unwrap();
        let expected = Outer {
            name: Some("x".into()),
            ..Outer::default()
        };
        assert_eq!(back.0, expected);
    }

    #[test]
    fn a_value_of_another_type_is_an_error() {
        assert!(serde_json::from_str::<Stored<Outer>>(r#"{"Name":1}"#).is_err());
    }
}
