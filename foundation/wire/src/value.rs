//! What the codecs speak: a tree of values, positional where a structure's schema gives the order.

use std::fmt;

use crate::schema::StructSchema;
use crate::{Blob, Timestamp};

/// One value of the wire. Which variants may stand where is the schema's matter; codecs only make
/// trees that fit theirs.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// A boolean.
    Bool(bool),
    /// A byte, short, integer or long; decoders check the width.
    Integer(i64),
    /// A float or double.
    Float(f64),
    /// A string or a member of an enumeration.
    String(String),
    /// Bytes.
    Blob(Blob),
    /// An instant.
    Timestamp(Timestamp),
    /// A list.
    List(Vec<Value>),
    /// A map in the order of the wire; keys are unique.
    Map(Vec<(String, Value)>),
    /// A structure or union.
    Struct(Fields),
    /// A document type: any JSON.
    Json(serde_json::Value),
    /// `null` as an element of a sparse list or map.
    Null,
}

/// The members of one structure: a slot per member, in the order of [`StructSchema::members`].
#[derive(Clone, Default, PartialEq)]
pub struct Fields(pub Vec<Option<Value>>);

impl Fields {
    /// All slots of `schema`, empty.
    pub fn empty(schema: &StructSchema) -> Self {
        Self(vec![None; schema.members.len()])
    }

    /// The value in the slot at `index`.
    pub fn slot(&self, index: usize) -> Option<&Value> {
        self.0.get(index)?.as_ref()
    }

    /// Puts a value into the slot at `index`; a slot that the structure does not have is ignored.
    pub fn set(&mut self, index: usize, value: Value) {
        if let Some(slot) = self.0.get_mut(index) {
            *slot = Some(value);
        }
    }

    /// The value of the member that the model calls `name`.
    pub fn member(&self, schema: &StructSchema, name: &str) -> Option<&Value> {
        self.slot(schema.index_of(name)?)
    }

    /// Fills the member that the model calls `name`; a name that the schema lacks is ignored.
    pub fn set_member(&mut self, schema: &StructSchema, name: &str, value: Value) {
        if let Some(index) = schema.index_of(name) {
            self.set(index, value);
        }
    }

    /// Whether no slot is filled.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

impl Value {
    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of a structure value.
    pub fn as_fields(&self) -> Option<&Fields> {
        match self {
            Self::Struct(fields) => Some(fields),
            _ => None,
        }
    }

    /// The elements of a list value.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map value.
    pub fn as_map(&self) -> Option<&[(String, Value)]> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }
}

/// A value does not know whether its member is sensitive, so it prints its kind and size only;
/// [`fmt_fields`](crate::fmt_fields) prints with the schema at hand.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "Bool({value})"),
            Self::Integer(_) => f.write_str("Integer(…)"),
            Self::Float(_) => f.write_str("Float(…)"),
            Self::String(text) => write!(f, "String({} bytes)", text.len()),
            Self::Blob(blob) => blob.fmt(f),
            Self::Timestamp(instant) => write!(f, "Timestamp({instant})"),
            Self::List(items) => f.debug_tuple("List").field(items).finish(),
            Self::Map(entries) => write!(f, "Map({} entries)", entries.len()),
            Self::Struct(fields) => fields.fmt(f),
            Self::Json(_) => f.write_str("Json(…)"),
            Self::Null => f.write_str("Null"),
        }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fields").field(&self.0).finish()
    }
}
