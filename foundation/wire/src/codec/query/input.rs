//! Form parameters as a tree: `Tags.member.1.Key=a` is a path to a value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::codec::{MAX_DEPTH, Malformed, scalar};
use crate::schema::{Kind, Member, StructSchema, TimestampFormat};
use crate::{Fields, Value};

/// The two ways to name parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `List.member.1`, `Map.entry.1.key`.
    Query,
    /// `List.1`, names with a capital.
    Ec2,
}

/// The parameters below one point of the tree.
#[derive(Debug, Default)]
pub(super) struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    /// Sorts parameters into a tree; the last of two with the same name stays.
    pub(super) fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Malformed> {
        let mut root = Self::default();
        for (name, value) in pairs {
            let mut node = &mut root;
            for (depth, part) in name.split('.').enumerate() {
                if depth == MAX_DEPTH {
                    return Err(Malformed::because("The parameters are nested too deeply"));
                }
                node = node.children.entry(part.to_owned()).or_default();
            }
            node.value = Some(value);
        }
        Ok(root)
    }

    /// The children whose names are numbers, by number: the elements of a list.
    fn elements(&self) -> Vec<&Self> {
        let children = self.children.iter();
        let mut elements: Vec<(u32, &Self)> = children
            .filter_map(|(name, node)| Some((name.parse().ok()?, node)))
            .collect();
        elements.sort_by_key(|(number, _)| *number);
        elements.into_iter().map(|(_, node)| node).collect()
    }

    /// Sent as `Name=`: an empty list or map.
    fn is_empty_collection(&self) -> bool {
        self.children.is_empty() && self.value.as_deref() == Some("")
    }
}

/// Reads a structure.
pub(super) fn structure(schema: &StructSchema, node: &Node, dialect: Dialect) -> Result<Fields, Malformed> {
    let mut fields = Fields::empty(schema);
    for (index, member) in schema.members.iter().enumerate() {
        let Some(child) = find(member, node, dialect) else {
            continue;
        };
        fields.0[index] = value(member, child, dialect)?;
    }
    Ok(fields)
}

/// The parameters of a member: under its name, or, for a flattened list whose elements have a name
/// of their own, under that.
fn find<'a>(member: &Member, node: &'a Node, dialect: Dialect) -> Option<&'a Node> {
    let own = node.children.get(&*name(member, dialect));
    match &member.target.kind {
        Kind::List { member: element } if own.is_none() && member.flattened => {
            node.children.get(element.location_name?)
        }
        _ => own,
    }
}

fn name(member: &Member, dialect: Dialect) -> Cow<'static, str> {
    if dialect == Dialect::Query {
        return member.wire_name().into();
    }
    if let Some(name) = member.query_name {
        return name.into();
    }
    let mut letters = member.wire_name().chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

fn value(member: &Member, node: &Node, dialect: Dialect) -> Result<Option<Value>, Malformed> {
    Ok(match &member.target.kind {
        Kind::List { member: element } => list(member, element, node, dialect)?,
        Kind::Map { key, value } => map(member, key, value, node, dialect)?,
        Kind::Struct(_) if node.children.is_empty() => None,
        Kind::Struct(schema) => Some(Value::Struct(structure(schema, node, dialect)?)),
        _ => match &node.value {
            Some(text) => Some(scalar::parse(member, text, TimestampFormat::Iso8601)?),
            None => None,
        },
    })
}

fn list(
    member: &Member,
    element: &Member,
    node: &Node,
    dialect: Dialect,
) -> Result<Option<Value>, Malformed> {
    if node.is_empty_collection() {
        return Ok(Some(Value::List(Vec::new())));
    }
    let holder = if member.flattened || dialect == Dialect::Ec2 {
        Some(node)
    } else {
        // The element's name is `member` unless the model gives one; some clients send `member` anyway.
        node.children
            .get(element.location_name.unwrap_or("member"))
            .or_else(|| node.children.get("member"))
    };
    let mut items = Vec::new();
    for child in holder.map(Node::elements).unwrap_or_default() {
        items.extend(value(element, child, dialect)?);
    }
    Ok(if items.is_empty() {
        None
    } else {
        Some(Value::List(items))
    })
}

fn map(
    member: &Member,
    key: &Member,
    value_member: &Member,
    node: &Node,
    dialect: Dialect,
) -> Result<Option<Value>, Malformed> {
    if node.is_empty_collection() {
        return Ok(Some(Value::Map(Vec::new())));
    }
    let holder = if member.flattened {
        Some(node)
    } else {
        node.children.get("entry")
    };
    let mut entries: BTreeMap<String, Value> = BTreeMap::new();
    for child in holder.map(Node::elements).unwrap_or_default() {
        let name = child
            .children
            .get(key.location_name.unwrap_or("key"))
            .and_then(|node| node.value.clone());
        let held = child.children.get(value_member.location_name.unwrap_or("value"));
        let held = held
            .map(|node| value(value_member, node, dialect))
            .transpose()?
            .flatten();
        if let (Some(name), Some(held)) = (name, held) {
            entries.insert(name, held);
        }
    }
    Ok(if entries.is_empty() {
        None
    } else {
        Some(Value::Map(entries.into_iter().collect()))
    })
}
