//! Value trees as JSON text.

use base64::Engine as _;

use super::TIMESTAMPS;
use crate::codec::scalar::{BASE64, epoch_text, float_text, timestamp_text};
use crate::schema::{Kind, Member, StructSchema, TimestampFormat};
use crate::{Fields, Value};

/// Writes the members in the body as an object.
pub(crate) fn write_structure(out: &mut Vec<u8>, schema: &StructSchema, fields: &Fields) {
    out.push(b'{');
    let mut first = true;
    for (member, value) in schema.members.iter().zip(&fields.0) {
        let Some(value) = value else { continue };
        if !member.location.is_in_reply_body() {
            continue;
        }
        if !first {
            out.push(b',');
        }
        first = false;
        push_string(out, member.wire_name());
        out.push(b':');
        write_value(out, member, value);
    }
    out.push(b'}');
}

/// Writes one value.
pub(crate) fn write_value(out: &mut Vec<u8>, member: &Member, value: &Value) {
    match (value, &member.target.kind) {
        (Value::String(text), _) => push_string(out, text),
        (Value::Bool(value), _) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        (Value::Integer(number), _) => {
            out.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes());
        }
        (Value::Float(number), kind) => {
            let text = float_text(kind, *number);
            if number.is_finite() {
                out.extend_from_slice(text.as_bytes());
            } else {
                push_string(out, &text);
            }
        }
        (Value::Blob(blob), _) => push_base64(out, blob),
        (Value::Timestamp(instant), _) => match member.timestamp_format.unwrap_or(TIMESTAMPS) {
            TimestampFormat::UnixTimestamp => out.extend_from_slice(epoch_text(*instant).as_bytes()),
            format => push_string(out, &timestamp_text(*instant, format)),
        },
        (Value::List(items), Kind::List { member }) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, member, item);
            }
            out.push(b']');
        }
        (Value::Map(entries), Kind::Map { value: member, .. }) => {
            out.push(b'{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_string(out, key);
                out.push(b':');
                write_value(out, member, value);
            }
            out.push(b'}');
        }
        (Value::Struct(fields), Kind::Struct(schema)) => write_structure(out, schema, fields),
        (Value::Json(json), _) => out.extend_from_slice(json.to_string().as_bytes()),
        // A tree that doesn't fit its schema can't come out of a typed struct or a decoder.
        (Value::Null | Value::List(_) | Value::Map(_) | Value::Struct(_), _) => {
            out.extend_from_slice(b"null");
        }
    }
}

/// Writes a string with its quotes and escapes.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let bytes = text.as_bytes();
    if !needs_escapes(bytes) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    let mut plain = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[plain..index]);
        plain = index + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[plain..]);
    out.push(b'"');
}

/// Without an early end the loop runs many bytes at a time, and nearly all strings have nothing to escape.
fn needs_escapes(bytes: &[u8]) -> bool {
    let escaped = |byte: &u8| u32::from(*byte < 0x20) | u32::from(*byte == b'"') | u32::from(*byte == b'\\');
    bytes.iter().map(escaped).sum::<u32>() > 0
}

fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // The room is exactly what the encoding takes; a shorter text would leave zeros behind.
    let written = BASE64.encode_slice(bytes, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
    out.push(b'"');
}
