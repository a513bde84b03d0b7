//! awsJson 1.0 and 1.1, and the bodies of restJson1.

mod parse;
mod write;

use crate::codec::Malformed;
use crate::schema::{Member, ServiceSchema, StructSchema, TimestampFormat};
use crate::{ApiError, Fields, Value, WireReply};

pub use write::push_string;
pub(crate) use write::{write_structure, write_value};

/// Reads the members of `schema` that stand in the body.
pub(crate) fn decode_body(schema: &StructSchema, body: &[u8]) -> Result<Fields, Malformed> {
    if body.is_empty() {
        return Ok(Fields::empty(schema));
    }
    parse::Parser::new(body)?.document(|parser| parser.structure(schema))
}

/// Reads a body that is one member's value.
pub(crate) fn decode_value(member: &Member, body: &[u8]) -> Result<Option<Value>, Malformed> {
    parse::Parser::new(body)?.document(|parser| parser.nullable(member))
}

/// How instants stand in JSON if the model doesn't say.
pub(crate) const TIMESTAMPS: TimestampFormat = TimestampFormat::UnixTimestamp;

/// A successful awsJson reply.
pub(crate) fn encode_reply(service: &ServiceSchema, schema: &StructSchema, output: &Fields) -> WireReply {
    let mut body = Vec::with_capacity(512);
    write_structure(&mut body, schema, output);
    WireReply {
        status: 200,
        headers: vec![content_type(service)],
        body: body.into(),
    }
}

/// An awsJson error: the code in `__type`, the message under the modelled member's name.
pub(crate) fn encode_error(service: &ServiceSchema, error: &ApiError) -> WireReply {
    let mut reply = error_reply(&content_type(service).1, error);
    if let (true, Some(query_code)) = (service.query_compatible, &error.query_code) {
        let fault = if error.sender_fault { "Sender" } else { "Receiver" };
        reply
            .headers
            .push(("x-amzn-query-error".into(), format!("{query_code};{fault}")));
    }
    reply
}

/// An awsJson error outside any service.
pub(crate) fn error_reply(content_type: &str, error: &ApiError) -> WireReply {
    let mut body = Vec::with_capacity(256);
    body.extend_from_slice(b"{\"__type\":");
    push_string(&mut body, &error.code);
    write_error_members(&mut body, error);
    body.push(b'}');
    let headers = vec![("Content-Type".into(), content_type.into())];
    WireReply {
        status: error.status,
        headers,
        body: body.into(),
    }
}

/// The message and the modelled members of an error, each after a comma.
pub(crate) fn write_error_members(body: &mut Vec<u8>, error: &ApiError) {
    let mut has_message = false;
    if let Some((schema, fields)) = &error.fields {
        for (member, value) in schema.members.iter().zip(&fields.0) {
            if let (Some(value), true) = (value, member.location.is_in_reply_body()) {
                has_message |= member.name.eq_ignore_ascii_case("message");
                body.push(b',');
                push_string(body, member.wire_name());
                body.push(b':');
                write_value(body, member, value);
            }
        }
    }
    if !has_message && !error.message.is_empty() {
        body.extend_from_slice(b",\"message\":");
        push_string(body, &error.message);
    }
}

fn content_type(service: &ServiceSchema) -> (String, String) {
    let value = if service.json_version == "1.0" {
        "application/x-amz-json-1.0"
    } else {
        "application/x-amz-json-1.1"
    };
    ("Content-Type".into(), value.into())
}
