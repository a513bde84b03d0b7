//! The HTTP endpoint: `/check` for nginx, `/forward-auth` for Traefik and Caddy, `/answer/…` for what nginx sends
//! instead of the application's response.
//!
//! The two ways of asking have paths of their own because they trust different headers: each balancer overwrites the
//! ones that it uses and passes all others on as the client wrote them. The web ACL is named in the path
//! (`/check/<ARN>`), never in the query: Caddy puts the client's query behind the path that it is told.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::answers::Answers;
use super::ask::{Asker, Question, Unanswered};
use crate::guard::{Answer, Decision};

/// What the connections share.
pub(super) struct Endpoint {
    pub(super) asker: Arc<Asker>,
    pub(super) answers: Answers,
}

/// A balancer that begins a request goes on with it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// As much of a body is kept: the most that any web ACL inspects.
const KEPT: usize = 64 * 1024;
/// A balancer that sends more has no limit set, and is not waited for.
const LONGEST_BODY: u64 = 64 * 1024 * 1024;

/// How a balancer asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `X-Original-…`; the answer is a yes or no.
    Nginx,
    /// `X-Forwarded-…`; the answer is sent to the client as it is.
    Forward,
}

const ACTION: HeaderName = HeaderName::from_static("x-haechi-action");
const STATUS: HeaderName = HeaderName::from_static("x-haechi-status");
const ANSWER: HeaderName = HeaderName::from_static("x-haechi-answer");
const WAF_ACTION: HeaderName = HeaderName::from_static("x-amzn-waf-action");

pub(super) async fn serve(endpoint: Arc<Endpoint>, stream: TcpStream, peer: SocketAddr) {
    let service = service_fn(move |request| {
        let endpoint = Arc::clone(&endpoint);
        async move { Ok::<_, Infallible>(endpoint.respond(request, peer.ip()).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(128 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a balancer's connection ended");
    }
}

impl Endpoint {
    async fn respond(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        let Some((style, named)) = asked(path) else {
            let waiting = path.strip_prefix("/answer/").and_then(|id| self.answers.take(id));
            return waiting.map_or_else(|| plain(StatusCode::FORBIDDEN, "Forbidden"), whole);
        };
        let (parts, body) = request.into_parts();
        match self.decide(style, named.as_deref(), &parts, body, peer).await {
            Ok(Decision::Pass(inserted)) => passed(inserted),
            Ok(Decision::Answer(answer)) => self.refused(style, *answer),
            Err(refusal) => refusal,
        }
    }

    async fn decide(
        &self,
        style: Style,
        named: Option<&str>,
        parts: &Parts,
        body: Incoming,
        peer: IpAddr,
    ) -> Result<Decision, Response<Full<Bytes>>> {
        let original =
            Original::of(style, &parts.headers, peer).map_err(|what| plain(StatusCode::BAD_REQUEST, what))?;
        let (body, length) = read(body)
            .await
            .map_err(|_| plain(StatusCode::BAD_REQUEST, "the body broke off, or is too long"))?;
        let headers = original.headers(style, &parts.headers);
        let question = Question {
            named,
            method: original.method,
            target: original.target,
            http_version: original.http_version,
            headers: &headers,
            body: &body,
            body_length: length.max(declared(&parts.headers)),
            client: original.client,
            https: original.https,
        };
        self.asker.ask(&question).await.map_err(|why| {
            tracing::warn!(%why, "a balancer got no verdict");
            match why {
                Unanswered::NoSuchWebAcl => plain(StatusCode::INTERNAL_SERVER_ERROR, "no such web ACL"),
                Unanswered::NotReady => plain(StatusCode::SERVICE_UNAVAILABLE, "the web ACL is not ready"),
            }
        })
    }

    fn refused(&self, style: Style, answer: Answer) -> Response<Full<Bytes>> {
        let status = answer.status;
        let action = answer
            .headers
            .iter()
            .find(|(name, _)| *name == WAF_ACTION)
            .map(|(_, value)| value.clone());
        let mut response = match style {
            Style::Nginx => {
                let mut response = plain(StatusCode::FORBIDDEN, "");
                if let Ok(id) = HeaderValue::try_from(self.answers.keep(answer)) {
                    response.headers_mut().insert(ANSWER, id);
                }
                response
            }
            // What is a success would let the request through: challenges are 202, custom responses may be 200.
            Style::Forward => {
                let mut response = whole(answer);
                if status.is_success() || status.is_informational() {
                    *response.status_mut() = StatusCode::FORBIDDEN;
                }
                response
            }
        };
        let headers = response.headers_mut();
        headers.insert(ACTION, HeaderValue::from_static("answer"));
        headers.insert(STATUS, HeaderValue::from(status.as_u16()));
        if let Some(action) = action {
            headers.insert(WAF_ACTION, action);
        }
        response
    }
}

/// The request that a balancer asks about, from its headers.
#[derive(Debug)]
struct Original<'a> {
    method: &'a [u8],
    target: &'a [u8],
    http_version: &'a str,
    host: Option<&'a [u8]>,
    client: IpAddr,
    https: bool,
}

impl<'a> Original<'a> {
    fn of(style: Style, headers: &'a HeaderMap, peer: IpAddr) -> Result<Self, &'static str> {
        let value = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::trim)
        };
        let (method, target, proto, address) = match style {
            Style::Nginx => (
                value("x-original-method").ok_or("X-Original-Method is missing: set it in nginx")?,
                value("x-original-uri").ok_or("X-Original-URI is missing: set it in nginx")?,
                text("x-original-proto"),
                text("x-original-ip"),
            ),
            Style::Forward => (
                value("x-forwarded-method").ok_or("X-Forwarded-Method is missing")?,
                value("x-forwarded-uri").ok_or("X-Forwarded-Uri is missing")?,
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
    fn headers(&self, style: Style, headers: &'a HeaderMap) -> Vec<(&'a [u8], &'a [u8])> {
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

/// How a path of the balancer's configuration asks, and the web ACL that it names.
fn asked(path: &str) -> Option<(Style, Option<String>)> {
    [("/check", Style::Nginx), ("/forward-auth", Style::Forward)]
        .into_iter()
        .find_map(|(prefix, style)| {
            let rest = path.strip_prefix(prefix)?;
            match rest.strip_prefix('/') {
                Some("") => Some((style, None)),
                Some(name) => Some((style, Some(decoded(name)))),
                None => rest.is_empty().then_some((style, None)),
            }
        })
}

/// Takes percent-encoding away; ARNs may be written with or without it.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let mut byte = [0];
        if first == b'%' && after.len() >= 2 && hex::decode_to_slice(&after[..2], &mut byte).is_ok() {
            bytes.push(byte[0]);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn declared(headers: &HeaderMap) -> u64 {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    length.unwrap_or(0)
}

/// The beginning of a body and the length of all of it.
async fn read(mut body: Incoming) -> Result<(Vec<u8>, u64), hyper::Error> {
    let (mut kept, mut length) = (Vec::new(), 0);
    while length <= LONGEST_BODY
        && let Some(frame) = body.frame().await
    {
        if let Ok(data) = frame?.into_data() {
            length += data.len() as u64;
            let room = KEPT - kept.len();
            kept.extend_from_slice(&data[..data.len().min(room)]);
        }
    }
    Ok((kept, length))
}

fn passed(inserted: Vec<(HeaderName, HeaderValue)>) -> Response<Full<Bytes>> {
    let mut response = plain(StatusCode::OK, "");
    response
        .headers_mut()
        .insert(ACTION, HeaderValue::from_static("pass"));
    for (name, value) in inserted {
        response.headers_mut().insert(name, value);
    }
    response
}

fn whole(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value);
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
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
        let original = Original::of(Style::Nginx, &map, PEER).unwrap();
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
        let original = Original::of(Style::Forward, &map, PEER).unwrap();
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
        assert!(Original::of(Style::Nginx, &headers(&[("x-original-uri", "/")]), PEER).is_err());
        assert!(Original::of(Style::Forward, &headers(&[("x-original-uri", "/")]), PEER).is_err());
        let bad = headers(&[
            ("x-original-uri", "/"),
            ("x-original-method", "GET"),
            ("x-original-ip", "me"),
        ]);
        assert!(Original::of(Style::Nginx, &bad, PEER).is_err());
    }

    #[test]
    fn a_web_acl_is_named_in_the_path() {
        let arn = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/1";
        for (path, wanted) in [
            (
                format!("/check/{arn}"),
                Some((Style::Nginx, Some(arn.to_owned()))),
            ),
            (
                format!("/forward-auth/{}", arn.replace(':', "%3a")),
                Some((Style::Forward, Some(arn.to_owned()))),
            ),
            ("/check".to_owned(), Some((Style::Nginx, None))),
            ("/check/".to_owned(), Some((Style::Nginx, None))),
            ("/checked".to_owned(), None),
            ("/".to_owned(), None),
        ] {
            assert_eq!(asked(&path), wanted, "{path}");
        }
    }
}
