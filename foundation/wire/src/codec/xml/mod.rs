//! XML bodies: read into elements and then by the schema, written by the schema.

mod element;
mod read;
mod write;

pub(crate) use element::Element;
pub(crate) use read::structure;
pub(crate) use write::Writer;

use crate::schema::TimestampFormat;

/// How instants stand in XML if the model doesn't say.
const TIMESTAMPS: TimestampFormat = TimestampFormat::Iso8601;
