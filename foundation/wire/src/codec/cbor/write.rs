//! Value trees as CBOR: definite lengths, integers in their shortest form, instants as tagged doubles.

use crate::schema::{Kind, Member, StructSchema};
use crate::{ApiError, Fields, Value};

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const NULL: u8 = 0xf6;

/// Where the argument of a head stands that is greater than 23.
const ONE_BYTE: u8 = 0x18;
const TWO_BYTES: u8 = 0x19;
const FOUR_BYTES: u8 = 0x1a;
const EIGHT_BYTES: u8 = 0x1b;

/// Writes the members as a map.
pub(super) fn structure(out: &mut Vec<u8>, schema: &StructSchema, fields: &Fields) {
    head(out, MAP, fields.0.iter().flatten().count() as u64);
    members(out, schema, fields);
}

/// Writes an error as a map.
pub(super) fn error(out: &mut Vec<u8>, error: &ApiError) {
    let is_message = |member: &Member| member.name.eq_ignore_ascii_case("message");
    let (mut count, mut has_message) = (0, false);
    if let Some((schema, fields)) = &error.fields {
        count = fields.0.iter().flatten().count();
        let mut held = schema.members.iter().zip(&fields.0);
        has_message = held.any(|(member, value)| value.is_some() && is_message(member));
    }
    let add_message = !has_message && !error.message.is_empty();
    head(out, MAP, 1 + u64::from(add_message) + count as u64);
    text(out, "__type");
    text(out, &error.code);
    if add_message {
        text(out, "message");
        text(out, &error.message);
    }
    if let Some((schema, fields)) = &error.fields {
        members(out, schema, fields);
    }
}

fn members(out: &mut Vec<u8>, schema: &StructSchema, fields: &Fields) {
    for (member, held) in schema.members.iter().zip(&fields.0) {
        if let Some(held) = held {
            text(out, member.name);
            value(out, member, held);
        }
    }
}

fn value(out: &mut Vec<u8>, member: &Member, held: &Value) {
    match (held, &member.target.kind) {
        (Value::String(held), _) => text(out, held),
        (Value::Bool(held), _) => out.push(if *held { 0xf5 } else { 0xf4 }),
        (Value::Integer(number), _) => integer(out, *number),
        (Value::Float(number), Kind::Float) => {
            out.push(0xfa);
            out.extend_from_slice(&(*number as f32).to_be_bytes());
        }
        (Value::Float(number), _) => double(out, *number),
        (Value::Blob(blob), _) => {
            head(out, BYTES, blob.len() as u64);
            out.extend_from_slice(blob);
        }
        (Value::Timestamp(instant), _) => {
            out.push(0xc1);
            double(out, instant.as_millis() as f64 / 1000.0);
        }
        (Value::List(items), Kind::List { member }) => {
            head(out, ARRAY, items.len() as u64);
            for item in items {
                value(out, member, item);
            }
        }
        (Value::Map(entries), Kind::Map { value: member, .. }) => {
            head(out, MAP, entries.len() as u64);
            for (key, held) in entries {
                text(out, key);
                value(out, member, held);
            }
        }
        (Value::Struct(fields), Kind::Struct(schema)) => structure(out, schema, fields),
        // A tree that doesn't fit its schema can't come out of a typed struct or a decoder.
        (Value::Null | Value::List(_) | Value::Map(_) | Value::Struct(_) | Value::Json(_), _) => {
            out.push(NULL);
        }
    }
}

fn integer(out: &mut Vec<u8>, number: i64) {
    if number >= 0 {
        head(out, UNSIGNED, number.unsigned_abs());
    } else {
        head(out, NEGATIVE, !number as u64);
    }
}

fn double(out: &mut Vec<u8>, number: f64) {
    out.push(0xfb);
    out.extend_from_slice(&number.to_be_bytes());
}

fn text(out: &mut Vec<u8>, held: &str) {
    head(out, TEXT, held.len() as u64);
    out.extend_from_slice(held.as_bytes());
}

fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    match argument {
        0..=23 => out.push(major | argument as u8),
        24..=0xff => out.extend_from_slice(&[major | ONE_BYTE, argument as u8]),
        0x100..=0xffff => {
            out.push(major | TWO_BYTES);
            out.extend_from_slice(&(argument as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | FOUR_BYTES);
            out.extend_from_slice(&(argument as u32).to_be_bytes());
        }
        _ => {
            out.push(major | EIGHT_BYTES);
            out.extend_from_slice(&argument.to_be_bytes());
        }
    }
}
