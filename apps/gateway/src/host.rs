//! The host name that a request is for.

use std::borrow::Cow;

use http::header::HOST;
use http::request::Parts;

/// A host name in lower case, and the port beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) port: Option<u16>,
}

/// The host of a request: of `:authority` or an absolute target, else of `Host`. `None` where there is none, where it
/// is malformed, or where the two differ: a server behind could take the other one.
pub(crate) fn of(parts: &Parts) -> Option<Host<'_>> {
    let named = match parts.headers.get(HOST) {
        Some(value) => Some(value.to_str().ok()?),
        None => None,
    };
    let authority = parts.uri.authority().map(|authority| authority.as_str());
    match (authority, named) {
        (Some(authority), Some(named)) if !authority.eq_ignore_ascii_case(named) => None,
        (Some(text), _) | (None, Some(text)) => parse(text),
        (None, None) => None,
    }
}

fn parse(text: &str) -> Option<Host<'_>> {
    let (name, port) = match text.rsplit_once(':') {
        // `[::1]` has colons of its own.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port.parse().ok()?)),
        _ => (text, None),
    };
    let name = name
        .strip_prefix('[')
        .map_or(Some(name), |rest| rest.strip_suffix(']'))?;
    let name = name.strip_suffix('.').unwrap_or(name);
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    if name.is_empty() || !name.bytes().all(sound) {
        return None;
    }
    let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    };
    Some(Host { name, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(target: &str, header: &str) -> Option<(String, Option<u16>)> {
        let mut request = http::Request::get(target);
        if !header.is_empty() {
            request = request.header(HOST, header);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        of(&parts).map(|host| (host.name.into_owned(), host.port))
    }

    #[test]
    fn names_come_in_lower_case_without_port_and_dot() {
        for (header, name, port) in [
            ("Shop.Example", "shop.example", None),
            ("shop.example:8080", "shop.example", Some(8080)),
            ("shop.example.", "shop.example", None),
            ("[::1]:80", "::1", Some(80)),
            ("[::1]", "::1", None),
        ] {
            assert_eq!(host("/", header), Some((name.to_owned(), port)), "{header}");
        }
    }

    #[test]
    fn two_hosts_or_a_malformed_one_are_none() {
        assert_eq!(
            host("http://a.example/", "a.example"),
            Some(("a.example".to_owned(), None))
        );
        for (target, header) in [
            ("http://a.example/", "b.example"),
            ("/", ""),
            ("/", "a b"),
            ("/", "a/b"),
            ("/", "user@a.example"),
            ("/", "a.example:http"),
            ("/", "[::1"),
        ] {
            assert_eq!(host(target, header), None, "{target} {header}");
        }
    }
}
