//! What signing and verification look at in a request.

use http::HeaderMap;
use http::header::HOST;

/// A request as it stands on the wire, borrowed: nothing decoded, nothing normalized.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The path exactly as sent, still percent-encoded, without the query.
    pub path: &'a str,
    /// The query exactly as sent, without the `?`; empty if there is none.
    pub query: &'a str,
    /// All headers. Values of one name must stand in the order in which they came.
    pub headers: &'a HeaderMap,
    /// HTTP/2's `:authority`. It stands for `host` if there is no such header.
    pub authority: Option<&'a str>,
}

impl<'a> RequestView<'a> {
    /// A view of a request whose target and headers were split by the `http` crate.
    pub fn of(parts: &'a http::request::Parts) -> Self {
        Self {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            authority: parts.uri.authority().map(http::uri::Authority::as_str),
        }
    }

    /// The host this request is for, as the signature sees it.
    pub(crate) fn host(&self) -> Option<&'a [u8]> {
        match self.headers.get(HOST) {
            Some(value) => Some(value.as_bytes()),
            None => self.authority.map(str::as_bytes),
        }
    }
}
