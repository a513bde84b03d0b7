//! Replies of the rest protocols.

use super::{Body, headers};
use crate::codec::json::{write_error_members, write_structure, write_value};
use crate::codec::query;
use crate::codec::xml::Writer;
use crate::schema::{Kind, Location, Member, OperationSchema, ServiceSchema, StructSchema, XmlNamespace};
use crate::{ApiError, Fields, Value, WireReply};

/// Writes all members of the output to where they belong.
pub(crate) fn encode(
    service: &ServiceSchema,
    operation: &OperationSchema,
    output: &Fields,
    body: Body,
) -> WireReply {
    let schema = operation.output;
    let mut headers = bound_headers(schema, output);
    let (content_type, text) = match schema.payload.and_then(|index| schema.members.get(index)) {
        Some(member) => payload(
            service,
            member,
            schema.payload.and_then(|index| output.slot(index)),
            body,
        ),
        None => members(service, schema, output, body),
    };
    let has_type = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let (Some(content_type), false) = (content_type, has_type) {
        headers.push(("Content-Type".into(), content_type.into()));
    }
    WireReply {
        status: status(operation, output),
        headers,
        body: text.into(),
    }
}

/// A restJson1 error: the code in a header, the members in the body.
pub(crate) fn encode_json_error(error: &ApiError) -> WireReply {
    let mut members = Vec::new();
    write_error_members(&mut members, error);
    let mut body = vec![b'{'];
    body.extend_from_slice(members.strip_prefix(b",").unwrap_or(&members));
    body.push(b'}');
    let mut headers = error_headers(error);
    headers.push(("Content-Type".into(), "application/json".into()));
    headers.push(("x-amzn-ErrorType".into(), error.code.to_string()));
    WireReply {
        status: error.status,
        headers,
        body: body.into(),
    }
}

/// A restXml error, in the same envelope as the query protocol's.
pub(crate) fn encode_xml_error(service: &ServiceSchema, error: &ApiError, request_id: &str) -> WireReply {
    let mut reply = query::encode_error(service.xml_namespace, error, request_id);
    reply.headers = error_headers(error);
    reply
        .headers
        .push(("Content-Type".into(), "application/xml".into()));
    reply
}

fn error_headers(error: &ApiError) -> Vec<(String, String)> {
    error
        .fields
        .as_ref()
        .map(|(schema, fields)| bound_headers(schema, fields))
        .unwrap_or_default()
}

fn status(operation: &OperationSchema, output: &Fields) -> u16 {
    let bound = operation
        .output
        .members
        .iter()
        .position(|member| member.location == Location::StatusCode);
    match bound.and_then(|index| output.slot(index)) {
        Some(Value::Integer(status)) => u16::try_from(*status).unwrap_or(operation.status),
        _ => operation.status,
    }
}

fn bound_headers(schema: &StructSchema, output: &Fields) -> Vec<(String, String)> {
    let mut bound = Vec::new();
    for (member, value) in schema.members.iter().zip(&output.0) {
        let Some(value) = value else { continue };
        match (member.location, value) {
            (Location::Header, value) => {
                bound
                    .extend(headers::format(member, value).map(|text| (member.wire_name().to_owned(), text)));
            }
            (Location::Headers, Value::Map(entries)) => {
                let (prefix, Kind::Map { value: held, .. }) =
                    (member.location_name.unwrap_or_default(), &member.target.kind)
                else {
                    continue;
                };
                for (name, value) in entries {
                    bound.extend(headers::format(held, value).map(|text| (format!("{prefix}{name}"), text)));
                }
            }
            _ => {}
        }
    }
    bound
}

fn payload(
    service: &ServiceSchema,
    member: &Member,
    value: Option<&Value>,
    body: Body,
) -> (Option<&'static str>, Vec<u8>) {
    match (value, &member.target.kind, body) {
        (Some(Value::Blob(blob)), _, _) => (Some("application/octet-stream"), blob.to_vec()),
        (Some(Value::String(text)), _, _) => (Some("text/plain"), text.clone().into_bytes()),
        (Some(value), _, Body::Json) => {
            let mut out = Vec::new();
            write_value(&mut out, member, value);
            (Some("application/json"), out)
        }
        (Some(Value::Struct(fields)), Kind::Struct(schema), Body::Xml) => {
            // Models repeat the member's name as its location name; that is no name for a root.
            let own_name = member.location_name.filter(|name| *name != member.name);
            let name = own_name.or(schema.xml_name).unwrap_or(schema.name);
            let namespace = member
                .xml_namespace
                .or(schema.xml_namespace)
                .or(service_namespace(service));
            let mut xml = Writer::new();
            xml.root(name, namespace, schema, fields);
            (Some("application/xml"), xml.finish().into_bytes())
        }
        (None, Kind::Struct(schema), Body::Json) if schema.is_union() => (None, Vec::new()),
        (None, Kind::Struct(_) | Kind::Document, Body::Json) => (Some("application/json"), b"{}".to_vec()),
        _ => (None, Vec::new()),
    }
}

fn members(
    service: &ServiceSchema,
    schema: &StructSchema,
    output: &Fields,
    body: Body,
) -> (Option<&'static str>, Vec<u8>) {
    let in_body = |member: &Member| member.location.is_in_reply_body();
    match body {
        Body::Json => {
            let mut out = Vec::new();
            write_structure(&mut out, schema, output);
            (Some("application/json"), out)
        }
        Body::Xml if schema.members.iter().any(in_body) => {
            let name = schema.xml_name.unwrap_or(schema.name);
            let namespace = schema.xml_namespace.or(service_namespace(service));
            let mut xml = Writer::new();
            xml.root(name, namespace, schema, output);
            (Some("application/xml"), xml.finish().into_bytes())
        }
        Body::Xml => (None, Vec::new()),
    }
}

fn service_namespace(service: &ServiceSchema) -> Option<XmlNamespace> {
    service
        .xml_namespace
        .map(|uri| XmlNamespace { uri, prefix: None })
}
