//! Headers on their way to a server and back.

use haechi_dataplane::front::ForwardedFor;
use http::header::{
    CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

use crate::balance::random;
use crate::routes::Front;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
/// The header by which load balancers trace requests.
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// Characters of a trace id.
const TRACE_LENGTH: usize = 35;

/// What is known of the client's connection.
pub(crate) struct Client<'a> {
    /// Its address as a header.
    pub(crate) address: &'a HeaderValue,
    pub(crate) tls: bool,
    /// The declared port of the listener.
    pub(crate) port: u16,
}

/// The protocol that a request wants to change to, if it does so properly.
pub(crate) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wanted = headers.get(UPGRADE)?;
    let named = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case("upgrade"));
    // h2c would take us out of the conversation.
    (named && !wanted.as_bytes().to_ascii_lowercase().starts_with(b"h2c")).then(|| wanted.clone())
}

/// Takes out what is about one connection only. Other headers that `Connection` names stay: a client could otherwise
/// have us take out what servers rely on (`X-Forwarded-For`, `Authorization`, what a web ACL inserted).
pub(crate) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    // Few requests have any: looking at the names that are there costs less than asking for each that could be.
    while let Some(name) = headers.keys().find(|name| is_hop_by_hop(name)).cloned() {
        headers.remove(name);
    }
}

fn is_hop_by_hop(name: &HeaderName) -> bool {
    const NAMES: [HeaderName; 10] = [
        CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        TRANSFER_ENCODING,
        UPGRADE,
        TE,
        TRAILER,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        HTTP2_SETTINGS,
    ];
    matches!(name.as_str().len(), 2 | 7 | 10 | 14 | 16..=19) && NAMES.contains(name)
}

/// Prepares a request's headers for the server behind. `chunked` says that there is a body of unknown length.
pub(crate) fn to_server(
    headers: &mut HeaderMap,
    front: &Front,
    client: &Client<'_>,
    http2: bool,
    chunked: bool,
) {
    let trailers = http2 && headers.get(TE).is_some_and(|value| value == "trailers");
    drop_hop_by_hop(headers);
    // Whoever waits for permission to send was given it when the body was asked for.
    headers.remove(EXPECT);
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if chunked && !http2 {
        headers.remove(CONTENT_LENGTH);
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    if front.settings.drop_invalid_header_fields {
        drop_invalid(headers);
    }
    match front.settings.forwarded_for {
        ForwardedFor::Append => append_address(headers, client.address),
        ForwardedFor::Preserve => {}
        ForwardedFor::Remove => drop(headers.remove(FORWARDED_FOR)),
    }
    if front.settings.forwarded_headers {
        let protocol = if client.tls { "https" } else { "http" };
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static(protocol));
        let port = match client.port {
            80 => HeaderValue::from_static("80"),
            443 => HeaderValue::from_static("443"),
            other => HeaderValue::from(other),
        };
        headers.insert(FORWARDED_PORT, port);
    }
}

/// Several `X-Forwarded-For` become one, so that no server reads the wrong one.
fn append_address(headers: &mut HeaderMap, address: &HeaderValue) {
    if !headers.contains_key(FORWARDED_FOR) {
        headers.insert(FORWARDED_FOR, address.clone());
        return;
    }
    let mut list = Vec::with_capacity(64);
    for value in headers.get_all(FORWARDED_FOR) {
        list.extend_from_slice(value.as_bytes());
        list.extend_from_slice(b", ");
    }
    list.extend_from_slice(address.as_bytes());
    // Made of values and their separator, it is a value.
    let list = HeaderValue::from_bytes(&list).unwrap_or_else(|_| address.clone());
    headers.insert(FORWARDED_FOR, list);
}

/// Names beside letters, digits and hyphens (`routing.http.drop_invalid_header_fields.enabled`).
fn drop_invalid(headers: &mut HeaderMap) {
    let valid = |name: &HeaderName| {
        name.as_str()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if headers.keys().all(valid) {
        return;
    }
    let invalid: Vec<_> = headers.keys().filter(|name| !valid(name)).cloned().collect();
    for name in invalid {
        headers.remove(name);
    }
}

/// HTTP/2 clients may send a cookie in pieces, which servers of HTTP/1.1 must get as one (RFC 9113, section 8.2.3).
pub(crate) fn join_cookies(headers: &mut HeaderMap) {
    let mut pieces = headers.get_all(COOKIE).iter();
    if pieces.next().is_none() || pieces.next().is_none() {
        return;
    }
    let joined = headers
        .get_all(COOKIE)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect::<Vec<_>>()
        .join(&b"; "[..]);
    if let Ok(joined) = HeaderValue::from_bytes(&joined) {
        headers.insert(COOKIE, joined);
    }
}

/// A new trace id: time and chance.
pub(crate) fn new_trace(seconds: i64) -> String {
    let mut id = String::with_capacity(TRACE_LENGTH);
    id.push_str("1-");
    push_hex(&mut id, seconds.cast_unsigned(), 8);
    id.push('-');
    push_hex(&mut id, random(), 16);
    push_hex(&mut id, random(), 8);
    id
}

/// The last `digits` hexadecimal digits of a number. Every request has them written, so it is not left to `format!`.
fn push_hex(text: &mut String, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = (number >> (4 * place) & 0xf) as u32;
        text.extend(char::from_digit(digit, 16));
    }
}

/// Puts the trace id into a request, before the client's own.
pub(crate) fn trace(headers: &mut HeaderMap, id: &str) {
    let value = match headers.get(TRACE_ID).and_then(|value| value.to_str().ok()) {
        Some(given) if given.contains("Root=") => format!("Self={id};{given}"),
        Some(given) if !given.is_empty() => format!("Root={id};{given}"),
        _ => ["Root=", id].concat(),
    };
    // A value, put behind text of ours, is a value.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(TRACE_ID, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a value"));
        }
        headers
    }

    #[test]
    fn connection_does_not_strip_what_servers_rely_on() {
        let mut headers = map(&[
            (
                "connection",
                "close, X-Forwarded-For, Authorization, x-amzn-waf-seen",
            ),
            ("keep-alive", "timeout=5"),
            ("authorization", "Basic x"),
            ("x-amzn-waf-seen", "yes"),
        ]);
        drop_hop_by_hop(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["authorization", "x-amzn-waf-seen"]);
    }

    #[test]
    fn addresses_are_put_behind_all_that_came() {
        let mut headers = map(&[
            ("x-forwarded-for", "1.1.1.1"),
            ("x-forwarded-for", "2.2.2.2, 3.3.3.3"),
        ]);
        append_address(&mut headers, &HeaderValue::from_static("4.4.4.4"));
        let values: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
        assert_eq!(values, ["1.1.1.1, 2.2.2.2, 3.3.3.3, 4.4.4.4"]);
    }

    #[test]
    fn an_upgrade_needs_both_headers_and_another_protocol_than_ours() {
        let wants = |connection: &str, to: &str| {
            upgrade(&map(&[("connection", connection), ("upgrade", to)])).is_some()
        };
        assert!(wants("keep-alive, Upgrade", "websocket"));
        assert!(!wants("keep-alive", "websocket"));
        assert!(!wants("upgrade, http2-settings", "h2c"));
    }

    #[test]
    fn cookies_in_pieces_become_one() {
        let mut headers = map(&[("cookie", "a=1"), ("cookie", "b=2")]);
        join_cookies(&mut headers);
        assert_eq!(headers[COOKIE], "a=1; b=2");
    }

    #[test]
    fn a_trace_id_has_time_and_chance() {
        let mut headers = HeaderMap::new();
        let id = new_trace(0x6553_f100);
        assert!(id.starts_with("1-6553f100-") && id.len() == TRACE_LENGTH, "{id}");
        trace(&mut headers, &id);
        assert_eq!(headers[TRACE_ID], format!("Root={id}"));
        trace(&mut headers, "1-x-y");
        assert_eq!(headers[TRACE_ID], format!("Self=1-x-y;Root={id}"));
    }
}
