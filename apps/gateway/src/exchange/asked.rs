//! The request as a web ACL sees it.

use haechi_waf::request::{Header, HttpRequest};
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;

use super::{Connection, version_text};
use crate::body::Hold;
use crate::guard::{Decision, Guard, RESERVED_PATH, Visit};
use crate::host;
use crate::routes::Front;

/// Headers of most requests; more go to the heap.
const USUAL: usize = 48;

/// The request before its body.
pub(super) struct Seen<'r> {
    pub(super) parts: &'r Parts,
    /// Its target as it came, where it goes on percent-encoded.
    pub(super) as_sent: Option<&'r [u8]>,
    pub(super) request_id: &'r str,
}

/// Asks the web ACL.
pub(super) fn decide(
    connection: &Connection,
    guard: &Guard,
    front: &Front,
    seen: &Seen<'_>,
    hold: &mut Hold,
) -> Decision {
    let parts = seen.parts;
    let declared = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let (body, body_length) = hold.seen(declared);
    with_headers(parts, |headers| {
        let host = host::of(parts);
        let tls = connection.tls.as_ref();
        let method = parts.method.as_str().as_bytes();
        let target = match seen.as_sent {
            Some(target) => HttpRequest::new(method, target, connection.peer),
            None => HttpRequest {
                path: parts.uri.path().as_bytes(),
                query: parts.uri.query().map(str::as_bytes),
                ..HttpRequest::new(method, b"", connection.peer)
            },
        };
        let visit = Visit {
            request: HttpRequest {
                http_version: version_text(parts.version),
                headers,
                body: &body,
                body_length,
                ja3: tls.and_then(|tls| tls.ja3.as_deref()),
                ja4: tls.and_then(|tls| tls.ja4.as_deref()),
                ..target
            },
            kind: front.kind,
            source: &front.source,
            request_id: seen.request_id,
            host: host.as_ref().map_or("", |host| &host.name),
            https: tls.is_some(),
            now: u64::try_from(connection.shared.clock.now().as_millis()).unwrap_or(0),
        };
        if parts.uri.path().starts_with(RESERVED_PATH) {
            return Decision::Answer(Box::new(guard.take_proof(&visit)));
        }
        guard.decide(&visit)
    })
}

/// Lends the headers in the order received; `:authority` stands in for a missing `host`.
fn with_headers<R>(parts: &Parts, then: impl FnOnce(&[Header<'_>]) -> R) -> R {
    let authority = match parts.uri.authority() {
        Some(authority) if !parts.headers.contains_key(HOST) => Some(authority.as_str().as_bytes()),
        _ => None,
    };
    let all = authority.map(|name| (&b"host"[..], name)).into_iter().chain(
        parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())),
    );
    if parts.headers.len() < USUAL {
        let mut few: [Header<'_>; USUAL] = [(&[], &[]); USUAL];
        let mut count = 0;
        for (place, header) in few.iter_mut().zip(all) {
            *place = header;
            count += 1;
        }
        then(&few[..count])
    } else {
        then(&all.collect::<Vec<_>>())
    }
}
