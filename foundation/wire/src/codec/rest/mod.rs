//! restJson1 and restXml: members in path, query string, headers, status and body.

mod headers;
mod input;
mod output;
mod uri;

pub(crate) use input::decode;
pub(crate) use output::{encode, encode_json_error, encode_xml_error};

/// What the body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Json,
    Xml,
}
