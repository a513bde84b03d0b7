//! Requests of the rest protocols.

use std::collections::BTreeMap;

use super::{Body, headers, uri};
use crate::codec::xml::Element;
use crate::codec::{Malformed, form, json, scalar, xml};
use crate::schema::{Kind, Location, Member, OperationSchema, StructSchema, TimestampFormat};
use crate::{Blob, Fields, Value, WireRequest};

/// Reads all members of the input from where they stand.
pub(crate) fn decode(
    operation: &OperationSchema,
    request: &WireRequest<'_>,
    body: Body,
) -> Result<Fields, Malformed> {
    let schema = operation.input;
    let mut fields = self::body(schema, request, body)?;
    let labels = uri::labels(operation.uri, request.path)?
        .ok_or(Malformed::because("The path is not that of the operation"))?;
    let query = form::pairs(request.query)?;
    for (index, member) in schema.members.iter().enumerate() {
        let value = match member.location {
            Location::Body | Location::StatusCode => continue,
            Location::Uri => label(member, &labels)?,
            Location::QueryString => parameter(member, &query)?,
            Location::Header => header(member, request.headers)?,
            Location::Headers => prefixed_headers(member, request.headers),
        };
        fields.0[index] = value;
    }
    Ok(fields)
}

fn body(schema: &StructSchema, request: &WireRequest<'_>, body: Body) -> Result<Fields, Malformed> {
    let Some(index) = schema.payload else {
        if !schema
            .members
            .iter()
            .any(|member| member.location == Location::Body)
        {
            return Ok(Fields::empty(schema));
        }
        return match body {
            Body::Json => json::decode_body(schema, request.body),
            Body::Xml => match Element::parse(request.body)? {
                Some(root) => xml::structure(schema, &root),
                None => Ok(Fields::empty(schema)),
            },
        };
    };
    let mut fields = Fields::empty(schema);
    if let Some(member) = schema.members.get(index) {
        fields.0[index] = payload(member, request.body, body)?;
    }
    Ok(fields)
}

fn payload(member: &Member, bytes: &[u8], body: Body) -> Result<Option<Value>, Malformed> {
    if bytes.is_empty() {
        return Ok(None);
    }
    Ok(match (&member.target.kind, body) {
        (Kind::Blob, _) => Some(Value::Blob(Blob::from(bytes))),
        (Kind::String, _) => {
            let text = std::str::from_utf8(bytes).map_err(|_| Malformed::because("Invalid UTF-8"))?;
            Some(Value::String(text.to_owned()))
        }
        (_, Body::Json) => json::decode_value(member, bytes)?,
        (Kind::Struct(schema), Body::Xml) => match Element::parse(bytes)? {
            Some(root) => Some(Value::Struct(xml::structure(schema, &root)?)),
            None => None,
        },
        (_, Body::Xml) => return Err(Malformed::because("The payload is no structure")),
    })
}

fn label(member: &Member, labels: &[(String, String)]) -> Result<Option<Value>, Malformed> {
    let label = labels.iter().find(|(name, _)| name == member.wire_name());
    label
        .map(|(_, text)| scalar::parse(member, text, TimestampFormat::Iso8601))
        .transpose()
}

fn parameter(member: &Member, query: &[(String, String)]) -> Result<Option<Value>, Malformed> {
    let mut own = query
        .iter()
        .filter(|(name, _)| name == member.wire_name())
        .map(|(_, value)| value);
    match &member.target.kind {
        Kind::List { member: item } => {
            let items: Vec<Value> = own
                .map(|text| scalar::parse(item, text, TimestampFormat::Iso8601))
                .collect::<Result<_, _>>()?;
            Ok(if items.is_empty() {
                None
            } else {
                Some(Value::List(items))
            })
        }
        Kind::Map { value, .. } => all_parameters(value, query),
        _ => own
            .next()
            .map(|text| scalar::parse(member, text, TimestampFormat::Iso8601))
            .transpose(),
    }
}

/// A map in the query string takes every parameter, those that other members take as well.
fn all_parameters(value: &Member, query: &[(String, String)]) -> Result<Option<Value>, Malformed> {
    let mut map: BTreeMap<String, Value> = BTreeMap::new();
    for (name, text) in query {
        if let Kind::List { member: item } = &value.target.kind {
            let text = scalar::parse(item, text, TimestampFormat::Iso8601)?;
            if let Value::List(items) = map.entry(name.clone()).or_insert_with(|| Value::List(Vec::new())) {
                items.push(text);
            }
        } else {
            map.insert(
                name.clone(),
                scalar::parse(value, text, TimestampFormat::Iso8601)?,
            );
        }
    }
    Ok(if map.is_empty() {
        None
    } else {
        Some(Value::Map(map.into_iter().collect()))
    })
}

fn header(member: &Member, all: &http::HeaderMap) -> Result<Option<Value>, Malformed> {
    let mut texts = Vec::new();
    for value in all.get_all(member.wire_name()) {
        texts.push(std::str::from_utf8(value.as_bytes()).map_err(|_| Malformed::because("Invalid UTF-8"))?);
    }
    if texts.is_empty() {
        Ok(None)
    } else {
        headers::parse(member, &texts.join(", ")).map(Some)
    }
}

fn prefixed_headers(member: &Member, all: &http::HeaderMap) -> Option<Value> {
    let prefix = member.location_name.unwrap_or_default().to_ascii_lowercase();
    let mut entries = BTreeMap::new();
    for (name, value) in all {
        if let (Some(rest), Ok(text)) = (
            name.as_str().strip_prefix(&prefix),
            std::str::from_utf8(value.as_bytes()),
        ) {
            entries
                .entry(rest.to_owned())
                .or_insert_with(|| Value::String(text.to_owned()));
        }
    }
    if entries.is_empty() {
        None
    } else {
        Some(Value::Map(entries.into_iter().collect()))
    }
}
