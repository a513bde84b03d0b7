//! What a balancer's headers say of the client's request.

use std::net::IpAddr;

use http::header::{CONNECTION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

/// How a balancer asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `X-Original-…`; the answer is a yes or no.
    Nginx,
    /// `X-Forwarded-…`; the answer is sent to the client as it is.
    Forward,
}

/// The request that a balancer asks about, from its headers.
#[derive(Debug)]
pub(super) struct Original<'a> {
    pub(super) method: &'a [u8],
    pub(super) target: &'a [u8],
    pub(super) http_version: &'a str,
    host: Option<&'a [u8]>,
    pub(super) client: IpAddr,
    pub(super) https: bool,
}

impl<'a> Original<'a> {
    /// Reads the headers that the balancer sets. `sent` is the method and target of a request that the balancer
    /// hands on itself rather than asks about.
    pub(super) fn of(
        style: Style,
        headers: &'a HeaderMap,
        peer: IpAddr,
        sent: Option<(&'a [u8], &'a [u8])>,
    ) -> Result<Self, &'static str> {
        let value = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::trim)
        };
        let (method, target) = match (sent, style) {
            (Some(sent), _) => sent,
            (None, Style::Nginx) => (
                value("x-original-method").ok_or("X-Original-Method is missing: set it in nginx")?,
                value("x-original-uri").ok_or("X-Original-URI is missing: set it in nginx")?,
            ),
            (None, Style::Forward) => (
                value("x-forwarded-method").ok_or("X-Forwarded-Method is missing")?,
                value("x-forwarded-uri").ok_or("X-Forwarded-Uri is missing")?,
            ),
        };
        let (proto, address) = match style {
            Style::Nginx => (text("x-original-proto"), text("x-original-ip")),
            Style::Forward => (
                text("x-forwarded-proto"),
                // The last address is the balancer's own word.
                headers
                    .get_all("x-forwarded-for")
                    .iter()
                    .next_back()
                    .and_then(|value| value.to_str().ok()?.rsplit(',').next())
                    .map(str::trim),
            ),
        };
        let client = match address {
            None => peer,
            Some(address) => address.parse().map_err(|_| "the client's address is none")?,
        };
        Ok(Self {
            method,
            target,
            http_version: match (style, text("x-original-version")) {
                (Style::Nginx, Some("HTTP/2.0")) => "HTTP/2.0",
                (Style::Nginx, Some("HTTP/1.0")) => "HTTP/1.0",
                _ => "HTTP/1.1",
            },
            host: (style == Style::Forward)
                .then(|| value("x-forwarded-host"))
                .flatten(),
            client,
            https: proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https")),
        })
    }

    /// The client's headers: the balancer's own are taken out.
    pub(super) fn headers(&self, style: Style, headers: &'a HeaderMap) -> Vec<(&'a [u8], &'a [u8])> {
        let own = |name: &HeaderName| {
            let name = name.as_str();
            name == CONNECTION
                || match style {
                    Style::Nginx => name.starts_with("x-original-"),
                    Style::Forward => {
                        (name == HOST && self.host.is_some())
                            || [
                                "x-forwarded-method",
                                "x-forwarded-uri",
                                "x-forwarded-host",
                                "x-forwarded-proto",
                            ]
                            .contains(&name)
                    }
                }
        };
        let host = self.host.map(|host| (HOST.as_str().as_bytes(), host));
        let kept = headers.iter().filter(|(name, _)| !own(name));
        host.into_iter()
            .chain(kept.map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn nginx_is_asked_by_its_own_headers_alone() {
        let map = headers(&[
            ("x-original-method", "POST"),
            ("x-original-uri", "/a?b"),
            ("x-original-ip", "192.0.2.9"),
            ("x-forwarded-uri", "/harmless"),
            ("x-forwarded-for", "198.51.100.1"),
            ("host", "shop.example"),
        ]);
        let original = Original::of(Style::Nginx, &map, PEER, None).unwrap();
        assert_eq!((original.method, original.target), (&b"POST"[..], &b"/a?b"[..]));
        assert_eq!(original.client.to_string(), "192.0.2.9");
        let seen = original.headers(Style::Nginx, &map);
        let names: Vec<_> = seen
            .iter()
            .map(|(name, _)| String::from_utf8_lossy(name))
            .collect();
        assert_eq!(names, ["x-forwarded-uri", "x-forwarded-for", "host"]);
    }

    #[test]
    fn forward_authentication_takes_the_last_address_and_the_forwarded_host() {
        let map = headers(&[
            ("x-forwarded-method", "GET"),
            ("x-forwarded-uri", "/"),
            ("x-forwarded-host", "shop.example"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "10.0.0.1, 192.0.2.9"),
            ("x-original-uri", "/harmless"),
            ("host", "haechi:9000"),
        ]);
        let original = Original::of(Style::Forward, &map, PEER, None).unwrap();
        assert_eq!(
            (original.client.to_string().as_str(), original.https),
            ("192.0.2.9", true)
        );
        let seen = original.headers(Style::Forward, &map);
        assert_eq!(seen[0], (&b"host"[..], &b"shop.example"[..]));
        assert_eq!(seen.iter().filter(|(name, _)| *name == b"host").count(), 1);
    }

    #[test]
    fn questions_without_a_request_are_refused() {
        assert!(Original::of(Style::Nginx, &headers(&[("x-original-uri", "/")]), PEER, None).is_err());
        assert!(Original::of(Style::Forward, &headers(&[("x-original-uri", "/")]), PEER, None).is_err());
        let bad = headers(&[
            ("x-original-uri", "/"),
            ("x-original-method", "GET"),
            ("x-original-ip", "me"),
        ]);
        assert!(Original::of(Style::Nginx, &bad, PEER, None).is_err());
    }

    #[test]
    fn a_request_that_is_handed_on_is_its_own() {
        let map = headers(&[("x-original-ip", "192.0.2.9"), ("x-original-uri", "/elsewhere")]);
        let sent: (&[u8], &[u8]) = (b"POST", b"/.haechi/waf/challenge");
        let original = Original::of(Style::Nginx, &map, PEER, Some(sent)).unwrap();
        assert_eq!((original.method, original.target), sent);
        assert_eq!(original.client.to_string(), "192.0.2.9");
    }
}
