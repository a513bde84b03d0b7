//! Typed structs over the value tree.

use std::collections::BTreeMap;

use crate::schema::{OperationSchema, ServiceSchema, StructSchema};
use crate::{Blob, Fields, Timestamp, Value};

/// A generated structure: it knows its schema, is made from [`Fields`] and turns into them.
pub trait Shape: Default + Clone + Send + Sync + 'static {
    /// The structure's schema.
    const SCHEMA: &'static StructSchema;

    /// Takes the members from their slots. A value that does not fit its member counts as absent;
    /// decoders make none such.
    fn from_fields(fields: Fields) -> Self;

    /// Puts the members into their slots.
    fn into_fields(self) -> Fields;
}

/// An operation of a service: a marker type that ties input and output together.
pub trait Operation: 'static {
    /// The input structure.
    type Input: Shape;
    /// The output structure.
    type Output: Shape;
    /// The operation's schema.
    const SCHEMA: &'static OperationSchema;
    /// The service it belongs to.
    const SERVICE: &'static ServiceSchema;
}

/// The type of a member: how it leaves and enters the value tree.
pub trait Field: Sized {
    /// The typed value, or `None` if the value is of another kind.
    fn from_value(value: Value) -> Option<Self>;
    /// The value for the tree.
    fn into_value(self) -> Value;
}

/// Takes the next slot as a typed member; for generated code.
pub fn next<T: Field>(slots: &mut impl Iterator<Item = Option<Value>>) -> Option<T> {
    T::from_value(slots.next()??)
}

macro_rules! scalar {
    ($($ty:ty => $variant:ident,)*) => {$(
        impl Field for $ty {
            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => Some(value),
                    _ => None,
                }
            }
            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }
    )*};
}

scalar! {
    bool => Bool,
    i64 => Integer,
    f64 => Float,
    String => String,
    Blob => Blob,
    Timestamp => Timestamp,
    serde_json::Value => Json,
}

impl Field for i32 {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
    fn into_value(self) -> Value {
        Value::Integer(self.into())
    }
}

impl Field for f32 {
    fn from_value(value: Value) -> Option<Self> {
        Some(f64::from_value(value)? as Self)
    }
    fn into_value(self) -> Value {
        Value::Float(self.into())
    }
}

impl<T: Field> Field for Vec<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::List(items) => Some(items.into_iter().filter_map(T::from_value).collect()),
            _ => None,
        }
    }
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn from_value(value: Value) -> Option<Self> {
        let entry = |(key, value)| Some((key, T::from_value(value)?));
        match value {
            Value::Map(entries) => Some(entries.into_iter().filter_map(entry).collect()),
            _ => None,
        }
    }
    fn into_value(self) -> Value {
        Value::Map(
            self.into_iter()
                .map(|(key, value)| (key, value.into_value()))
                .collect(),
        )
    }
}

impl<T: Field> Field for Box<T> {
    fn from_value(value: Value) -> Option<Self> {
        T::from_value(value).map(Self::new)
    }
    fn into_value(self) -> Value {
        (*self).into_value()
    }
}

/// The schema of a structure without members.
static EMPTY: StructSchema = StructSchema::new("Empty", &[]);

crate::shape! {
    /// The input or output of an operation for which the model names none.
    Empty = &EMPTY; {}
}
