//! Recorded traffic: browsers' HAR files, AWS WAF's logs, and a plain shape for people who write requests by hand;
//! compressed or not, told apart by content.

mod elements;
mod har;
mod open;
mod plain;
mod record;
mod split;
mod text;
mod waf_log;

pub(crate) use open::{Format, open, title};
pub(crate) use record::{Expectation, Logged, Record};
pub(crate) use split::{Chunk, Chunks};

use memchr::memmem;

/// Reads one record of a recording.
pub(crate) fn parse(format: Format, json: &[u8]) -> Result<Record<'_>, serde_json::Error> {
    match format {
        Format::Har => har::parse(json),
        // A quote inside of a string is escaped, so this is a member's name.
        _ if memmem::find(json, b"\"httpRequest\"").is_some() => waf_log::parse(json),
        _ => plain::parse(json),
    }
}
