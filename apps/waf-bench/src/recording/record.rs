//! A recorded request, whatever it was recorded by.

use std::borrow::Cow;
use std::net::IpAddr;

use haechi_waf::request::{Header, HttpRequest};
use haechi_waf::verdict::ActionTaken;

/// A request as it was recorded; borrowed from the recording where possible.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'a> {
    /// What its author calls it.
    pub name: Option<Cow<'a, str>>,
    /// The method.
    pub method: Cow<'a, str>,
    /// The path, without query string and fragment.
    pub path: Cow<'a, str>,
    /// What follows the `?`.
    pub query: Option<Cow<'a, str>>,
    /// What follows the `#`.
    pub fragment: Option<Cow<'a, str>>,
    /// `HTTP/1.1`, `HTTP/2.0`.
    pub http_version: Cow<'a, str>,
    /// Names and values.
    pub headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The body, as far as it was recorded.
    pub body: Cow<'a, [u8]>,
    /// Length of the body that was sent.
    pub body_length: u64,
    /// The client's address, if it was recorded.
    pub client_ip: Option<IpAddr>,
    /// When, in milliseconds of Unix time.
    pub timestamp: Option<u64>,
    /// JA3 fingerprint.
    pub ja3: Option<Cow<'a, str>>,
    /// JA4 fingerprint.
    pub ja4: Option<Cow<'a, str>>,
    /// What its author expects.
    pub expect: Option<Expectation<'a>>,
    /// What AWS WAF did.
    pub logged: Option<Logged<'a>>,
}

/// What should happen to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation<'a> {
    /// This action is taken.
    pub action: Option<ActionTaken>,
    /// This rule decides: a rule of the web ACL or of a rule group.
    pub rule: Option<Cow<'a, str>>,
    /// The request has these labels.
    pub labels: Vec<Cow<'a, str>>,
}

/// What a log says that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged<'a> {
    /// The action.
    pub action: ActionTaken,
    /// The rule that decided.
    pub rule: Cow<'a, str>,
    /// The rule group's rule that decided.
    pub rule_in_group: Option<Cow<'a, str>>,
}

impl<'a> Record<'a> {
    /// A request without headers and body.
    pub(super) fn new(method: Cow<'a, str>, target: Target<'a>) -> Self {
        let mut record = Self {
            name: None,
            method,
            path: target.path,
            query: target.query,
            fragment: target.fragment,
            http_version: Cow::Borrowed("HTTP/1.1"),
            headers: Vec::new(),
            body: Cow::Borrowed(&[]),
            body_length: 0,
            client_ip: None,
            timestamp: None,
            ja3: None,
            ja4: None,
            expect: None,
            logged: None,
        };
        record.set_host(target.host);
        record
    }

    /// Sets the headers. The host of an absolute URL stays where the headers name none.
    pub(super) fn set_headers(&mut self, headers: Vec<(Cow<'a, str>, Cow<'a, str>)>) {
        let host = std::mem::replace(&mut self.headers, headers)
            .into_iter()
            .next()
            .map(|(_, host)| host);
        // Pseudo-headers of HTTP/2 are no headers; the authority is what HTTP/1.1 has as `host`.
        let authority = self.headers.iter().position(|(name, _)| name == ":authority");
        let authority = authority.map(|at| self.headers.remove(at).1);
        self.headers.retain(|(name, _)| !name.starts_with(':'));
        self.set_host(authority.or(host));
    }

    fn set_host(&mut self, host: Option<Cow<'a, str>>) {
        let named = self
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if let Some(host) = host.filter(|_| !named) {
            self.headers.insert(0, (Cow::Borrowed("host"), host));
        }
    }

    /// Sets the body, all of it.
    pub(super) fn set_body(&mut self, body: Cow<'a, [u8]>) {
        self.body_length = body.len() as u64;
        self.body = body;
    }

    /// Whether there was more body than the recording has.
    pub fn lacks_body(&self) -> bool {
        self.body_length > self.body.len() as u64
    }

    /// The headers as the engine wants them.
    pub(crate) fn header_bytes(&self) -> Vec<Header<'_>> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect()
    }

    /// The request as the engine wants it.
    pub(crate) fn request<'r>(
        &'r self,
        headers: &'r [Header<'r>],
        unknown_client: IpAddr,
    ) -> HttpRequest<'r> {
        HttpRequest {
            method: self.method.as_bytes(),
            path: self.path.as_bytes(),
            query: self.query.as_deref().map(str::as_bytes),
            fragment: self.fragment.as_deref().map(str::as_bytes),
            http_version: &self.http_version,
            headers,
            body: &self.body,
            body_length: self.body_length,
            client_ip: self.client_ip.unwrap_or(unknown_client),
            ja3: self.ja3.as_deref(),
            ja4: self.ja4.as_deref(),
        }
    }
}

/// What stands on a request line, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    pub(super) host: Option<Cow<'a, str>>,
    pub(super) path: Cow<'a, str>,
    pub(super) query: Option<Cow<'a, str>>,
    pub(super) fragment: Option<Cow<'a, str>>,
}

impl<'a> Target<'a> {
    /// Takes a target (`/path?query#fragment`) or an absolute URL apart.
    pub(super) fn new(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::of(text),
            Cow::Owned(text) => {
                let owned = |part: Cow<'_, str>| Cow::Owned(part.into_owned());
                let target = Target::of(&text);
                Self {
                    host: target.host.map(owned),
                    path: owned(target.path),
                    query: target.query.map(owned),
                    fragment: target.fragment.map(owned),
                }
            }
        }
    }

    fn of(text: &'a str) -> Self {
        let (host, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let host = rest[..end].rsplit('@').next().unwrap_or_default();
                (Some(Cow::Borrowed(host)), &rest[end..])
            }
            _ => (None, text),
        };
        let (rest, fragment) = cut(rest, '#');
        let (path, query) = cut(rest, '?');
        Self {
            host,
            path: Cow::Borrowed(if path.is_empty() { "/" } else { path }),
            query: query.map(Cow::Borrowed),
            fragment: fragment.map(Cow::Borrowed),
        }
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// The action of this name.
pub(super) fn action(name: &str) -> Option<ActionTaken> {
    [
        ActionTaken::Allow,
        ActionTaken::Block,
        ActionTaken::Captcha,
        ActionTaken::Challenge,
        ActionTaken::Monetize,
    ]
    .into_iter()
    .find(|action| action.as_str().eq_ignore_ascii_case(name))
}

/// Milliseconds of an ISO 8601 timestamp.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(timestamp.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_urls_come_apart() {
        let target = Target::new("/a/b?x=1?2#f".into());
        assert_eq!((&*target.path, target.query.as_deref()), ("/a/b", Some("x=1?2")));
        assert_eq!((target.host, target.fragment.as_deref()), (None, Some("f")));
        let target = Target::new("https://u:p@shop.example:8443?q=https://x/".into());
        assert_eq!(
            (target.host.as_deref(), &*target.path),
            (Some("shop.example:8443"), "/")
        );
        assert_eq!(target.query.as_deref(), Some("q=https://x/"));
        // An URL in an argument is not the request's.
        let target = Target::new("/go?to=https://x/".into());
        assert_eq!((target.host, &*target.path), (None, "/go"));
    }

    #[test]
    fn the_authority_of_http_2_is_the_host() {
        let mut record = Record::new("GET".into(), Target::new("https://from-url/".into()));
        record.set_headers(vec![
            (":method".into(), "GET".into()),
            (":authority".into(), "shop.example".into()),
            ("accept".into(), "*/*".into()),
        ]);
        let headers: Vec<_> = record
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(headers, [("host", "shop.example"), ("accept", "*/*")]);
        record.set_headers(vec![("Host".into(), "named".into())]);
        assert_eq!(record.headers.len(), 1);
    }
}
