//! Answers of the query protocol in JSON, for clients that accept it (`Accept: application/json`): those that carry
//! somebody else's signed `GetCallerIdentity`, such as aws-iam-authenticator, read no XML.
//!
//! No model describes this. The shape is that of AWS's answers: the envelopes of the XML as objects, members by their
//! names in the model, `null` where there is none, instants as seconds.

use crate::codec::json::{push_string, write_value};
use crate::schema::{Kind, Member, OperationSchema, ServiceSchema, StructSchema};
use crate::{ApiError, Fields, Value, WireReply};

/// A reply with the result in its wrapper and the request id beside it.
pub(crate) fn encode_json(
    service: &ServiceSchema,
    operation: &OperationSchema,
    output: &Fields,
    request_id: &str,
) -> WireReply {
    let mut body = Vec::with_capacity(512);
    body.push(b'{');
    key(&mut body, &format!("{}Response", operation.name));
    body.push(b'{');
    if let Some(wrapper) = super::result_wrapper(service, operation) {
        key(&mut body, &wrapper);
        structure(&mut body, operation.output, output);
        body.push(b',');
    }
    key(&mut body, "ResponseMetadata");
    body.push(b'{');
    key(&mut body, "RequestId");
    push_string(&mut body, request_id);
    body.extend_from_slice(b"}}}");
    reply(200, body)
}

/// An error in the same manner.
pub(crate) fn encode_json_error(error: &ApiError, request_id: &str) -> WireReply {
    let mut body = Vec::with_capacity(256);
    body.push(b'{');
    key(&mut body, "Error");
    body.push(b'{');
    key(&mut body, "Code");
    push_string(&mut body, &error.code);
    body.push(b',');
    key(&mut body, "Message");
    push_string(&mut body, &error.message);
    body.push(b',');
    key(&mut body, "Type");
    push_string(&mut body, if error.sender_fault { "Sender" } else { "Receiver" });
    body.extend_from_slice(b"},");
    key(&mut body, "RequestId");
    push_string(&mut body, request_id);
    body.push(b'}');
    reply(error.status, body)
}

fn structure(out: &mut Vec<u8>, schema: &StructSchema, fields: &Fields) {
    out.push(b'{');
    for (index, (member, value)) in schema.members.iter().zip(&fields.0).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        key(out, member.name);
        match value {
            Some(value) => any(out, member, value),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
}

fn any(out: &mut Vec<u8>, member: &Member, value: &Value) {
    match (value, &member.target.kind) {
        (Value::Struct(fields), Kind::Struct(schema)) => structure(out, schema, fields),
        (Value::List(items), Kind::List { member }) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                any(out, member, item);
            }
            out.push(b']');
        }
        (Value::Map(entries), Kind::Map { value: member, .. }) => {
            out.push(b'{');
            for (index, (name, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                key(out, name);
                any(out, member, value);
            }
            out.push(b'}');
        }
        _ => write_value(out, member, value),
    }
}

fn key(out: &mut Vec<u8>, name: &str) {
    push_string(out, name);
    out.push(b':');
}

fn reply(status: u16, body: Vec<u8>) -> WireReply {
    WireReply {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.into(),
    }
}
