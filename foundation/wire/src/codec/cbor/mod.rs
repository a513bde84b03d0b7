//! Smithy RPC v2 with CBOR: `POST /service/NAME/operation/NAME`, structures as maps of their members' names.
//!
//! Sources: Smithy, "Smithy RPC v2 CBOR protocol"; RFC 8949.

mod parse;
mod write;

use crate::codec::Malformed;
use crate::schema::{ServiceSchema, StructSchema};
use crate::{ApiError, Fields, WireReply};

/// Reads the members of `schema`; an operation without input may have no body.
pub(crate) fn decode_body(schema: &StructSchema, body: &[u8]) -> Result<Fields, Malformed> {
    if body.is_empty() {
        return Ok(Fields::empty(schema));
    }
    parse::Parser::new(body).document(schema)
}

/// A successful reply.
pub(crate) fn encode_reply(schema: &StructSchema, output: &Fields) -> WireReply {
    let mut body = Vec::with_capacity(512);
    write::structure(&mut body, schema, output);
    reply(200, body)
}

/// An error: the code in `__type`, then the message and the modelled members.
pub(crate) fn encode_error(service: &ServiceSchema, error: &ApiError) -> WireReply {
    let mut body = Vec::with_capacity(256);
    write::error(&mut body, error);
    let mut reply = reply(error.status, body);
    if let (true, Some(query_code)) = (service.query_compatible, &error.query_code) {
        let fault = if error.sender_fault { "Sender" } else { "Receiver" };
        let value = format!("{query_code};{fault}");
        reply.headers.push(("x-amzn-query-error".into(), value));
    }
    reply
}

fn reply(status: u16, body: Vec<u8>) -> WireReply {
    WireReply {
        status,
        headers: vec![
            ("Content-Type".into(), "application/cbor".into()),
            ("smithy-protocol".into(), "rpc-v2-cbor".into()),
        ],
        body: body.into(),
    }
}

#[cfg(test)]
mod tests;
