//! Responses: the case says what the client receives and what it reads.

use haechi_wire::{ApiError, Location, Protocol, StructKind, StructSchema, WireReply, encode, encode_error};
use serde_json::Value as Json;

use crate::cases::Case;
use crate::{cbor, plain, xml};

pub(crate) fn check(case: &Case) -> Result<(), String> {
    let reply = if case.json.get("error").is_some() {
        error(case)?
    } else {
        result(case)
    };
    let expected = &case.json["response"];
    let mut differences = Vec::new();
    if expected["status_code"] != reply.status {
        differences.push(format!(
            "  status {} instead of {}",
            reply.status, expected["status_code"]
        ));
    }
    differences.extend(headers(expected, &reply));
    differences.extend(body(case, expected["body"].as_str().unwrap_or_default(), &reply));
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "  result   {}{}\n  expected {expected}\n  encoded  {} {:?}\n{}",
        case.json["result"],
        case.json["error"],
        reply.status,
        String::from_utf8_lossy(&reply.body),
        differences.join("\n")
    ))
}

fn result(case: &Case) -> WireReply {
    let output = plain::fields(case.operation.output, &case.json["result"]);
    encode(case.service, case.operation, &output, "requestid")
}

fn error(case: &Case) -> Result<WireReply, String> {
    let code = case.json["errorCode"].as_str().unwrap_or_default();
    let schema = error_schema(case, code).ok_or(format!("  no shape for the error {code}"))?;
    let message = case.json["errorMessage"].as_str().unwrap_or_default();
    let mut error = ApiError::modelled(schema, message);
    error.fields = Some((schema, plain::fields(schema, &case.json["error"])));
    Ok(encode_error(case.service, &error, "foo-id"))
}

fn error_schema(case: &Case, code: &str) -> Option<&'static StructSchema> {
    let has_code = |schema: &&&'static StructSchema| match &schema.kind {
        StructKind::Error(error) => {
            error.code == code || error.query_code == Some(code) || schema.name == code
        }
        _ => false,
    };
    case.operation.errors.iter().find(has_code).copied()
}

/// Every header that the client reads must be there, with what it reads.
fn headers(expected: &Json, reply: &WireReply) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap();
        // Request id and length are sent by the layers above, and no service answers with a target.
        if ["x-amzn-requestid", "content-length", "x-amz-target"].contains(&name.to_lowercase().as_str()) {
            continue;
        }
        let actual = reply.header(name);
        // The parameter after the media type is of no consequence.
        let media_type = |text: &str| text.split(';').next().unwrap_or_default().to_owned();
        let same = match actual {
            Some(actual) if name.eq_ignore_ascii_case("content-type") => {
                media_type(actual) == media_type(value)
            }
            Some(actual) if name.eq_ignore_ascii_case("x-amzn-errortype") => actual == bare_code(value),
            Some(actual) => actual == value || actual.replace(", ", ",") == value.replace(", ", ","),
            None => false,
        };
        if !same {
            differences.push(format!("  header {name}: {actual:?} instead of {value:?}"));
        }
    }
    differences
}

fn body(case: &Case, expected: &str, reply: &WireReply) -> Option<String> {
    let actual = String::from_utf8_lossy(&reply.body).into_owned();
    let same = match case.service.protocol {
        Protocol::Json | Protocol::RestJson => same_json(case, expected, &actual),
        Protocol::Query | Protocol::QueryJson | Protocol::Ec2 | Protocol::RestXml => {
            xml::same(expected, &actual)?
        }
        Protocol::Cbor => same_cbor(&cbor::bytes(expected), &reply.body),
    };
    (!same).then(|| "  the bodies differ".to_owned())
}

/// Both bodies as JSON; none at all and an empty map say the same.
fn same_cbor(expected: &[u8], actual: &[u8]) -> bool {
    let expected = if expected.is_empty() {
        Json::Object(Default::default())
    } else {
        cbor::read(expected)
    };
    alike(&cleaned(expected), &cleaned(cbor::read(actual)))
}

/// `aws.protocoltests.json10#FooError:http://…` → `FooError`: clients cut both off.
fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or(code)
}

fn same_json(case: &Case, expected: &str, actual: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<Json>(text).ok();
    match (parse(expected), parse(actual)) {
        (Some(expected), Some(actual)) => alike(&cleaned(expected), &actual),
        // No body and an empty object say the same; a raw payload is compared as it is.
        (None, Some(actual)) if expected.is_empty() && !has_payload(case) => {
            actual.as_object().is_some_and(serde_json::Map::is_empty)
        }
        _ => expected == actual,
    }
}

fn has_payload(case: &Case) -> bool {
    let schema = case.operation.output;
    schema
        .payload
        .is_some_and(|index| schema.members[index].location == Location::Body)
}

/// Without what clients pass over: nulls, the name of a union's type, the namespace of an error.
fn cleaned(json: Json) -> Json {
    match json {
        Json::Object(entries) => entries
            .into_iter()
            .filter(|(key, held)| {
                let is_union_type =
                    key == "__type" && held.as_str().is_some_and(|name| name.ends_with("Union"));
                !held.is_null() && !is_union_type
            })
            .map(|(key, held)| match held {
                Json::String(code) if key == "__type" => (key, bare_code(&code).into()),
                held => (key, cleaned(held)),
            })
            .collect(),
        Json::Array(items) => items
            .into_iter()
            .map(|item| if item.is_null() { item } else { cleaned(item) })
            .collect(),
        other => other,
    }
}

/// The same JSON, whatever the notation of its numbers and instants.
fn alike(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::String(left), Json::String(right)) => xml::same_text(left, right),
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| alike(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| alike(left, right)))
        }
        _ => left == right,
    }
}
