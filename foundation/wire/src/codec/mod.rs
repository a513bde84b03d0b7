//! The protocols: requests into value trees, value trees into replies.
//!
//! Each protocol is written once, for all services; the schema says the rest. The functions here are
//! pure: they read no clock, keep no state, and never panic on any input.

mod cbor;
mod form;
mod json;
mod query;
mod rest;
mod scalar;
mod xml;

use std::borrow::Cow;

pub use json::push_string as push_json_string;

use crate::schema::{OperationSchema, Protocol, ServiceSchema};
use crate::{ApiError, Fields, WireReply, WireRequest};

/// Structures, lists and maps may be nested this deep. The deepest model of AWS needs fewer than 40
/// levels; without a limit a body of brackets would overflow the stack.
pub(crate) const MAX_DEPTH: usize = 100;

/// A request that is not what its protocol or schema says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) Cow<'static, str>);

impl Malformed {
    pub(crate) const fn because(reason: &'static str) -> Self {
        Self(Cow::Borrowed(reason))
    }

    /// The error in the words of the protocol.
    fn for_protocol(self, protocol: Protocol) -> ApiError {
        match protocol {
            Protocol::Json | Protocol::RestJson | Protocol::Cbor => {
                ApiError::new("SerializationException", 400, self.0)
            }
            Protocol::Query | Protocol::QueryJson => ApiError::new("MalformedInput", 400, self.0),
            Protocol::Ec2 => ApiError::new("InvalidParameterValue", 400, self.0),
            Protocol::RestXml => ApiError::new(
                "MalformedXML",
                400,
                "The XML you provided was not well-formed or did not validate against our published schema",
            ),
        }
    }
}

/// Reads the input of `operation` out of a request in the service's own protocol. Constraints are not checked here,
/// only that the message has the protocol's form and each value its schema's type.
pub fn decode(
    service: &ServiceSchema,
    operation: &OperationSchema,
    request: &WireRequest<'_>,
) -> Result<Fields, ApiError> {
    decode_as(service.protocol, operation, request)
}

/// As [`decode`], in one of the protocols that the service speaks.
pub fn decode_as(
    protocol: Protocol,
    operation: &OperationSchema,
    request: &WireRequest<'_>,
) -> Result<Fields, ApiError> {
    let decoded = match protocol {
        Protocol::Json => json::decode_body(operation.input, request.body),
        Protocol::Query | Protocol::QueryJson => {
            query::decode(operation.input, request, query::Dialect::Query)
        }
        Protocol::Ec2 => query::decode(operation.input, request, query::Dialect::Ec2),
        Protocol::RestJson => rest::decode(operation, request, rest::Body::Json),
        Protocol::RestXml => rest::decode(operation, request, rest::Body::Xml),
        Protocol::Cbor => cbor::decode_body(operation.input, request.body),
    };
    decoded.map_err(|malformed| malformed.for_protocol(protocol))
}

/// Writes the output of `operation` in the service's own protocol.
pub fn encode(
    service: &ServiceSchema,
    operation: &OperationSchema,
    output: &Fields,
    request_id: &str,
) -> WireReply {
    encode_as(service.protocol, service, operation, output, request_id)
}

/// As [`encode`], in one of the protocols that the service speaks.
pub fn encode_as(
    protocol: Protocol,
    service: &ServiceSchema,
    operation: &OperationSchema,
    output: &Fields,
    request_id: &str,
) -> WireReply {
    match protocol {
        Protocol::Json => json::encode_reply(service, operation.output, output),
        Protocol::Cbor => cbor::encode_reply(operation.output, output),
        Protocol::Query => query::encode(service, operation, output, request_id),
        Protocol::QueryJson => query::encode_json(service, operation, output, request_id),
        Protocol::Ec2 => query::encode_ec2(service, operation, output, request_id),
        Protocol::RestJson => rest::encode(service, operation, output, rest::Body::Json),
        Protocol::RestXml => rest::encode(service, operation, output, rest::Body::Xml),
    }
}

/// Writes an error answer of `service` in its own protocol. A request that could not be routed to any service is
/// answered by [`encode_unrouted_error`].
pub fn encode_error(service: &ServiceSchema, error: &ApiError, request_id: &str) -> WireReply {
    encode_error_as(service.protocol, service, error, request_id)
}

/// As [`encode_error`], in one of the protocols that the service speaks.
pub fn encode_error_as(
    protocol: Protocol,
    service: &ServiceSchema,
    error: &ApiError,
    request_id: &str,
) -> WireReply {
    match protocol {
        Protocol::Json => json::encode_error(service, error),
        Protocol::Cbor => cbor::encode_error(service, error),
        Protocol::Query => query::encode_error(
            service.xml_namespace,
            &named_for_query(service, error),
            request_id,
        ),
        Protocol::QueryJson => query::encode_json_error(&named_for_query(service, error), request_id),
        Protocol::Ec2 => query::encode_ec2_error(error, request_id),
        Protocol::RestJson => rest::encode_json_error(error),
        Protocol::RestXml => rest::encode_xml_error(service, error, request_id),
    }
}

/// A service whose model is of another protocol names its errors as its query clients knew them.
fn named_for_query<'a>(service: &ServiceSchema, error: &'a ApiError) -> Cow<'a, ApiError> {
    match &error.query_code {
        Some(code) if service.protocol != Protocol::Query => Cow::Owned(ApiError {
            code: code.clone(),
            ..error.clone()
        }),
        _ => Cow::Borrowed(error),
    }
}

/// Writes an error answer for a request whose service is not known, in the given protocol.
pub fn encode_unrouted_error(protocol: Protocol, error: &ApiError, request_id: &str) -> WireReply {
    match protocol {
        Protocol::Json | Protocol::Cbor => json::error_reply("application/x-amz-json-1.1", error),
        Protocol::RestJson => rest::encode_json_error(error),
        Protocol::QueryJson => query::encode_json_error(error, request_id),
        Protocol::Query | Protocol::RestXml => query::encode_error(None, error, request_id),
        Protocol::Ec2 => query::encode_ec2_error(error, request_id),
    }
}

/// Keeps the last of the entries with the same key, in the place of the first.
fn keep_last_of_each(entries: &mut Vec<(String, crate::Value)>) {
    let mut places = std::collections::HashMap::with_capacity(entries.len());
    let mut unique: Vec<(String, crate::Value)> = Vec::with_capacity(entries.len());
    for (key, value) in entries.drain(..) {
        if let Some(&place) = places.get(&key) {
            let held: &mut (String, crate::Value) = &mut unique[place];
            held.1 = value;
        } else {
            places.insert(key.clone(), unique.len());
            unique.push((key, value));
        }
    }
    *entries = unique;
}
