//! `Quantity` says how many `Items` there are, wherever both stand.

use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::Failure;
use haechi_wire::{Fields, Kind, StructSchema, Value};

use crate::error;

/// Refuses a structure in which a quantity and its items don't agree.
pub(super) fn check(schema: &StructSchema, fields: &Fields) -> Result<(), Failure> {
    if let Some(Value::Integer(quantity)) = fields.member(schema, "Quantity") {
        let items = fields.member(schema, "Items").and_then(Value::as_list);
        let count = items.map_or(0, <[Value]>::len);
        if usize::try_from(*quantity) != Ok(count) {
            return Err(error::refused(ErrorCode::InconsistentQuantities));
        }
    }
    for (member, slot) in schema.members.iter().zip(&fields.0) {
        match (slot, &member.target.kind) {
            (Some(Value::Struct(inner)), Kind::Struct(schema)) => check(schema, inner)?,
            (Some(Value::List(items)), Kind::List { member }) => {
                if let Kind::Struct(schema) = &member.target.kind {
                    for inner in items.iter().filter_map(Value::as_fields) {
                        check(schema, inner)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
