//! HTTP messages as codecs see them: whole, in memory.

use bytes::Bytes;

/// A request whose body has arrived.
#[derive(Clone, Copy)]
pub struct WireRequest<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, still percent-encoded.
    pub path: &'a str,
    /// The query string without its `?`, still percent-encoded.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a http::HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

/// An answer, ready to be sent. The request id's header is the pipeline's matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireReply {
    /// The HTTP status.
    pub status: u16,
    /// Headers in order; names in the case in which AWS sends them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl WireReply {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}
