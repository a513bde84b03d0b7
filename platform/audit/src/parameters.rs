//! `requestParameters`.

use haechi_core::Call;
use haechi_core::call::AuditNotes;
use haechi_wire::{JsonStyle, is_lower_camel_of, to_json, write_cloudtrail_member};
use serde_json::Value;

use crate::json::push_value;
use crate::rules;

/// The input as CloudTrail shows it, as JSON: what is never written left out, what the handler noted put in its place.
pub(crate) fn request_parameters(call: &Call, notes: &AuditNotes) -> Vec<u8> {
    let omitted = rules::omitted_parameters(call.service, call.operation);
    let members = call.operation.input.members.iter().zip(&call.input.0);
    let mut out = vec![b'{'];
    let mut used = 0_u64;
    for (member, value) in members {
        let Some(value) = value else { continue };
        let named = |name: &str| is_lower_camel_of(name, member.name);
        if omitted.iter().any(|name| named(name)) {
            continue;
        }
        let before = out.len();
        separate(&mut out);
        let noted = notes.parameters.iter().rposition(|(name, _)| named(name));
        if let Some(place) = noted {
            push_noted(&mut out, &notes.parameters[place]);
            for (place, (name, _)) in notes.parameters.iter().enumerate().take(64) {
                used |= u64::from(named(name)) << place;
            }
        } else if member.name == "Tags" {
            push_tags(&mut out, call);
        } else if !write_cloudtrail_member(&mut out, call.operation.input, member, value) {
            out.truncate(before);
        }
    }
    for (place, noted) in notes.parameters.iter().enumerate() {
        let overridden = notes.parameters[place + 1..]
            .iter()
            .any(|(name, _)| *name == noted.0);
        if !overridden && (place >= 64 || used & (1 << place) == 0) {
            separate(&mut out);
            push_noted(&mut out, noted);
        }
    }
    if out.len() == 1 {
        return b"null".to_vec();
    }
    out.push(b'}');
    out
}

fn separate(out: &mut Vec<u8>) {
    if out.len() > 1 {
        out.push(b',');
    }
}

fn push_noted(out: &mut Vec<u8>, (name, value): &(std::borrow::Cow<'static, str>, Value)) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    push_value(out, value);
}

/// Tags may hide key material.
fn push_tags(out: &mut Vec<u8>, call: &Call) {
    let mut all = to_json(call.operation.input, &call.input, JsonStyle::CloudTrail);
    if let Value::Object(members) = &mut all {
        rules::hide_material(members);
    }
    out.extend_from_slice(b"\"tags\":");
    push_value(out, &all["tags"]);
}
