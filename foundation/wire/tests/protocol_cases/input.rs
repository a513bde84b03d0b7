//! Requests: the case says what the client sends and what it meant.

use haechi_wire::{Protocol, WireRequest, decode};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::cases::Case;
use crate::{cbor, plain};

pub(crate) fn check(case: &Case) -> Result<(), String> {
    let serialized = &case.json["serialized"];
    let mut headers = HeaderMap::new();
    for (name, value) in serialized["headers"].as_object().into_iter().flatten() {
        headers.append(
            name.parse::<HeaderName>().unwrap(),
            HeaderValue::from_bytes(value.as_str().unwrap().as_bytes()).unwrap(),
        );
    }
    let uri = serialized["uri"].as_str().unwrap_or("/");
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let body = serialized["body"].as_str().unwrap_or_default();
    let body = match case.service.protocol {
        Protocol::Cbor => cbor::bytes(body),
        _ => body.as_bytes().to_vec(),
    };
    let request = WireRequest {
        method: serialized["method"].as_str().unwrap_or("POST"),
        path,
        query,
        headers: &headers,
        body: &body,
    };
    let decoded = decode(case.service, case.operation, &request);
    let schema = case.operation.input;
    let expected = plain::show(schema, &plain::fields(schema, &case.json["params"]));
    let actual = match decoded {
        Ok(fields) => plain::show(schema, &fields),
        Err(error) => format!("{error}"),
    };
    if actual == expected {
        Ok(())
    } else {
        Err(format!(
            "  sent     {serialized}\n  expected {expected}\n  decoded  {actual}"
        ))
    }
}
