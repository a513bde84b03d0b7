//! The query protocol and its ec2 dialect: forms in, XML out.

mod input;
mod json;

use std::borrow::Cow;

use crate::codec::xml::Writer;
use crate::codec::{Malformed, form};
use crate::schema::{OperationSchema, Protocol, ServiceSchema, StructSchema};
use crate::{ApiError, Fields, WireReply, WireRequest};

pub(crate) use input::Dialect;
pub(crate) use json::{encode_json, encode_json_error};

/// Reads the form in the body; a GET carries it in the query string.
pub(crate) fn decode(
    schema: &StructSchema,
    request: &WireRequest<'_>,
    dialect: Dialect,
) -> Result<Fields, Malformed> {
    let body = std::str::from_utf8(request.body).map_err(|_| Malformed::because("Invalid UTF-8"))?;
    let mut pairs = form::pairs(request.query)?;
    pairs.extend(form::pairs(body)?);
    input::structure(schema, &input::Node::from_pairs(pairs)?, dialect)
}

/// A reply with the result in its wrapper and the request id beside it.
pub(crate) fn encode(
    service: &ServiceSchema,
    operation: &OperationSchema,
    output: &Fields,
    request_id: &str,
) -> WireReply {
    let response = format!("{}Response", operation.name);
    let mut xml = Writer::new();
    xml.open_with_namespace(&response, service.xml_namespace);
    match result_wrapper(service, operation) {
        Some(wrapper) => {
            xml.open(&wrapper);
            xml.structure(operation.output, output);
            xml.close(&wrapper);
        }
        None => xml.structure(operation.output, output),
    }
    xml.open("ResponseMetadata");
    xml.text_element("RequestId", request_id);
    xml.close("ResponseMetadata");
    xml.close(&response);
    reply(200, xml)
}

/// The element around the result. A model of another protocol does not name it; it is always called the same.
fn result_wrapper<'a>(service: &ServiceSchema, operation: &'a OperationSchema) -> Option<Cow<'a, str>> {
    let named = operation.result_wrapper.map(Cow::Borrowed);
    let foreign = service.protocol != Protocol::Query && !operation.output.members.is_empty();
    named.or_else(|| foreign.then(|| Cow::Owned(format!("{}Result", operation.name))))
}

/// A reply of the ec2 dialect: no wrapper, the request id as a member.
pub(crate) fn encode_ec2(
    service: &ServiceSchema,
    operation: &OperationSchema,
    output: &Fields,
    request_id: &str,
) -> WireReply {
    let response = format!("{}Response", operation.name);
    let namespace = format!("http://ec2.amazonaws.com/doc/{}/", service.api_version);
    let mut xml = Writer::with_declaration();
    xml.open_with_namespace(&response, Some(service.xml_namespace.unwrap_or(&namespace)));
    xml.text_element("requestId", request_id);
    xml.structure(operation.output, output);
    xml.close(&response);
    reply(200, xml)
}

/// An error in the query protocol's envelope.
pub(crate) fn encode_error(namespace: Option<&str>, error: &ApiError, request_id: &str) -> WireReply {
    let mut xml = Writer::new();
    xml.open_with_namespace("ErrorResponse", namespace);
    xml.open("Error");
    xml.text_element("Type", if error.sender_fault { "Sender" } else { "Receiver" });
    xml.text_element("Code", &error.code);
    xml.error_members(error);
    xml.close("Error");
    xml.text_element("RequestId", request_id);
    xml.close("ErrorResponse");
    reply(error.status, xml)
}

/// An error in the ec2 dialect's envelope.
pub(crate) fn encode_ec2_error(error: &ApiError, request_id: &str) -> WireReply {
    let mut xml = Writer::with_declaration();
    xml.open("Response");
    xml.open("Errors");
    xml.open("Error");
    xml.text_element("Code", &error.code);
    xml.error_members(error);
    xml.close("Error");
    xml.close("Errors");
    xml.text_element("RequestID", request_id);
    xml.close("Response");
    reply(error.status, xml)
}

fn reply(status: u16, xml: Writer) -> WireReply {
    let headers = vec![("Content-Type".to_owned(), "text/xml".to_owned())];
    WireReply {
        status,
        headers,
        body: xml.finish().into(),
    }
}
