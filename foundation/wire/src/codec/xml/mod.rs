//! XML bodies: read into elements and then by the schema, written by the schema.

mod element;
mod read;
mod write;

pub(crate) use element::Element;
pub(crate) use read::structure;
pub(crate) use write::Writer;

use crate::schema::{Kind, Member, TimestampFormat};

/// How instants stand in XML if the model doesn't say.
const TIMESTAMPS: TimestampFormat = TimestampFormat::Iso8601;

/// The name of a member's element. A flattened list has no element of its own: its items carry the
/// member's name, or where only the items are named, theirs.
fn element_name(member: &Member) -> &'static str {
    match (&member.target.kind, member.location_name) {
        (_, Some(name)) => name,
        (Kind::List { member: item }, None) if member.flattened => item.location_name.unwrap_or(member.name),
        (_, None) => member.name,
    }
}
