//! Elements by the schema.

use std::collections::BTreeMap;

use super::{Element, TIMESTAMPS};
use crate::codec::{Malformed, scalar};
use crate::schema::{Kind, Location, Member, StructSchema};
use crate::{Fields, Value};

/// Reads the members in the body out of the children and attributes of `element`.
pub(crate) fn structure(schema: &StructSchema, element: &Element) -> Result<Fields, Malformed> {
    let mut fields = Fields::empty(schema);
    for (index, member) in schema.members.iter().enumerate() {
        if member.location != Location::Body {
            continue;
        }
        fields.0[index] = if member.xml_attribute {
            let text = element.attribute(member.wire_name());
            text.map(|text| scalar::parse(member, text, TIMESTAMPS))
                .transpose()?
        } else {
            in_parent(member, element)?
        };
    }
    Ok(fields)
}

fn in_parent(member: &Member, parent: &Element) -> Result<Option<Value>, Malformed> {
    let name = local(member.wire_name());
    match &member.target.kind {
        Kind::List { member: item } if member.flattened => {
            let items = parent
                .named(name)
                .map(|element| value(item, element))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(if items.is_empty() {
                None
            } else {
                Some(Value::List(items))
            })
        }
        Kind::Map { key, value } if member.flattened => {
            let entries = map(key, value, parent.named(name))?;
            Ok(if entries.is_empty() {
                None
            } else {
                Some(Value::Map(entries))
            })
        }
        _ => parent
            .named(name)
            .last()
            .map(|element| value(member, element))
            .transpose(),
    }
}

fn value(member: &Member, element: &Element) -> Result<Value, Malformed> {
    Ok(match &member.target.kind {
        Kind::Struct(schema) => Value::Struct(structure(schema, element)?),
        Kind::List { member: item } => {
            let name = local(item.location_name.unwrap_or("member"));
            Value::List(
                element
                    .named(name)
                    .map(|child| value(item, child))
                    .collect::<Result<_, _>>()?,
            )
        }
        Kind::Map { key, value } => Value::Map(map(key, value, element.named("entry"))?),
        _ => scalar::parse(member, &element.text, TIMESTAMPS)?,
    })
}

fn map<'a>(
    key: &Member,
    value_member: &Member,
    entries: impl Iterator<Item = &'a Element>,
) -> Result<Vec<(String, Value)>, Malformed> {
    let key_name = local(key.location_name.unwrap_or("key"));
    let value_name = local(value_member.location_name.unwrap_or("value"));
    let mut map = BTreeMap::new();
    for entry in entries {
        let key = entry.named(key_name).last().map(|element| element.text.clone());
        let held = entry.named(value_name).last();
        if let (Some(key), Some(held)) = (key, held) {
            map.insert(key, value(value_member, held)?);
        }
    }
    Ok(map.into_iter().collect())
}

/// A model may name an element with its prefix; elements are found by their local names.
fn local(name: &'static str) -> &'static str {
    name.rsplit(':').next().unwrap_or(name)
}
