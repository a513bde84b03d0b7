//! The request as the engine sees it: borrowed, raw, in the order of the wire.

pub mod cookies;
mod forwarded;
pub mod json;
mod limits;
pub mod query;

pub use forwarded::{Forwarded, last_forwarded_ips};
pub use limits::{Limits, ResourceType};

use memchr::memchr;
use std::net::IpAddr;

/// One header, name and value, as received.
pub type Header<'a> = (&'a [u8], &'a [u8]);

/// A borrowed view of a request. Nothing is decoded or normalized; that is the business of text transformations.
#[derive(Clone, Copy, Debug)]
pub struct HttpRequest<'a> {
    /// The method, in the case received.
    pub method: &'a [u8],
    /// The path with its leading slash, without query string and fragment.
    pub path: &'a [u8],
    /// What follows the `?`, if there is one.
    pub query: Option<&'a [u8]>,
    /// What follows the `#`, if there is one. Clients rarely send it.
    pub fragment: Option<&'a [u8]>,
    /// `HTTP/1.1`, `HTTP/2.0`.
    pub http_version: &'a str,
    /// Headers in the order received. Of HTTP/2 pseudo-headers only `:authority` is expected, as `host`.
    pub headers: &'a [Header<'a>],
    /// The first bytes of the body; the engine looks at no more of them than [`Limits::body`] allows.
    pub body: &'a [u8],
    /// Length of the whole body, which may be more than is at hand. A sender that does not know it (a chunked
    /// body that is longer than the prefix) says what it has seen so far, at least the prefix plus one.
    pub body_length: u64,
    /// Address of the peer that sent the request.
    pub client_ip: IpAddr,
    /// JA3 fingerprint of the TLS client hello, 32 hexadecimal digits.
    pub ja3: Option<&'a str>,
    /// JA4 fingerprint of the TLS client hello.
    pub ja4: Option<&'a str>,
}

impl<'a> HttpRequest<'a> {
    /// A request without headers and body for `target` (path, query, fragment in one, as on the request line).
    pub fn new(method: &'a [u8], target: &'a [u8], client_ip: IpAddr) -> Self {
        let (target, fragment) = split_at_byte(target, b'#');
        let (path, query) = split_at_byte(target, b'?');
        Self {
            method,
            path,
            query,
            fragment,
            http_version: "HTTP/1.1",
            headers: &[],
            body: &[],
            body_length: 0,
            client_ip,
            ja3: None,
            ja4: None,
        }
    }

    /// The same request with these headers.
    pub fn with_headers(self, headers: &'a [Header<'a>]) -> Self {
        Self { headers, ..self }
    }

    /// The same request with this body, which is all of it.
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self {
            body,
            body_length: body.len() as u64,
            ..self
        }
    }

    /// Every value of the header `name` (any case), in order.
    pub fn header_values(&self, name: &[u8]) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|&(_, value)| value)
    }

    /// How many bytes of the body are inspected.
    pub(crate) fn inspected_body(&self, limits: &Limits) -> &'a [u8] {
        &self.body[..self.body.len().min(limits.body)]
    }

    /// Whether there is more body than is inspected.
    pub(crate) fn body_is_oversize(&self, limits: &Limits) -> bool {
        self.body_length > limits.body as u64 || self.body.len() > limits.body
    }

    /// Whether the client asked for a page, so that an interstitial can be shown.
    pub fn accepts_html(&self) -> bool {
        self.header_values(b"accept").any(|value| {
            value
                .windows(9)
                .any(|window| window.eq_ignore_ascii_case(b"text/html"))
        })
    }
}

fn split_at_byte(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match memchr(separator, text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Cuts at the first `=`; a part without one is a name with an empty value.
fn name_and_value(pair: &[u8]) -> (&[u8], &[u8]) {
    let (name, value) = split_at_byte(pair, b'=');
    (name, value.unwrap_or_default())
}

/// Splits without allocating, skipping empty parts.
fn parts(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        loop {
            let text = rest?;
            let (part, tail) = match memchr(separator, text) {
                Some(at) => (&text[..at], Some(&text[at + 1..])),
                None => (text, None),
            };
            rest = tail;
            if !part.is_empty() {
                return Some(part);
            }
        }
    })
}
