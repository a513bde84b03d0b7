//! The short way for the requests that nearly all are: HTTP/1.1, a body of declared length, nothing to negotiate.
//!
//! They are read into one buffer and answered with one write. Whatever is in the least unusual (chunks, `Expect`,
//! `Upgrade`, a repeated length, another version, a malformed head) is handed to hyper untouched, with the bytes read
//! so far in front of it: this file decides nothing about such requests, so that it can't decide it wrongly.

use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use haechi_core::{Clock as _, SystemClock};
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode, Uri};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::http_front::{Peer, WholeRequest};
use crate::listener::Shutdown;
use crate::pipeline::Pipeline;
use crate::reply;

/// Room for the head and body of a usual request.
const USUAL: usize = 4 * 1024;
/// A head that is longer is hyper's matter.
const MAX_HEAD: usize = 32 * 1024;
const MAX_HEADERS: usize = 64;
/// A buffer that served a large request is given back after it.
const MAX_KEPT: usize = 64 * 1024;

/// How the short way ended.
pub(crate) enum Ended {
    /// The connection is to be closed.
    Closed,
    /// Hyper goes on; these bytes come before what is still in the socket.
    Unusual(Bytes),
}

/// A connection on the short way.
pub(crate) struct Direct<'a> {
    pipeline: &'a Pipeline,
    peer: &'a Peer,
    stream: TcpStream,
    /// What was read and not yet used.
    input: BytesMut,
    output: Vec<u8>,
    date: Date,
}

/// A head that was understood.
struct Head {
    length: usize,
    body: usize,
    method: Method,
    uri: Uri,
}

enum Parsed {
    Incomplete,
    Unusual,
    Usual(Box<(Head, HeaderMap)>),
}

enum Filled {
    Data,
    End,
}

impl<'a> Direct<'a> {
    pub(crate) fn new(pipeline: &'a Pipeline, peer: &'a Peer, stream: TcpStream) -> Self {
        Self {
            pipeline,
            peer,
            stream,
            input: BytesMut::with_capacity(USUAL),
            output: Vec::with_capacity(1024),
            date: Date::default(),
        }
    }

    /// The stream, for hyper.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Answers requests until the connection ends, the server stops, or one is unusual.
    pub(crate) async fn serve(&mut self, shutdown: &Shutdown) -> std::io::Result<Ended> {
        let config = self.pipeline.config();
        let (idle, reading) = (config.idle_timeout, config.read_timeout);
        // Armed once and moved forward when it fires, not with each request: setting a timer has its price.
        let mut alarm = Alarm::new();
        let mut stopping = pin!(shutdown.started());
        // One poll leaves this task's waker there; the flag says the rest.
        poll_fn(|context| Poll::Ready(stopping.as_mut().poll(context).is_ready())).await;
        loop {
            alarm.limit(idle);
            let (head, headers) = loop {
                match parse(&self.input) {
                    Parsed::Usual(head) => break *head,
                    Parsed::Unusual => return Ok(Ended::Unusual(self.input.split().freeze())),
                    Parsed::Incomplete => {}
                }
                let between = self.input.is_empty();
                let stop = || between && shutdown.has_started();
                match self.fill(&mut alarm, stop).await? {
                    Some(Filled::Data) => {}
                    Some(Filled::End) | None => return Ok(Ended::Closed),
                }
            };
            // How much is too much is decided in one place.
            if head.body > config.max_body {
                return Ok(Ended::Unusual(self.input.split().freeze()));
            }
            alarm.limit(reading);
            let whole = head.length + head.body;
            self.input.reserve(whole.saturating_sub(self.input.len()));
            while self.input.len() < whole {
                match self.fill(&mut alarm, || false).await? {
                    Some(Filled::Data) => {}
                    Some(Filled::End) => return Ok(Ended::Closed),
                    None => {
                        self.respond(reply::timed_out(), true).await?;
                        return Ok(Ended::Closed);
                    }
                }
            }
            let request = self.take(head, headers);
            let answer = self.pipeline.handle(request, self.peer).await;
            let last = shutdown.has_started();
            self.respond(answer, last).await?;
            if last {
                return Ok(Ended::Closed);
            }
        }
    }

    /// Cuts the request out of what was read.
    fn take(&mut self, head: Head, headers: HeaderMap) -> WholeRequest {
        self.input.advance(head.length);
        let body = self.input.split_to(head.body).freeze();
        let mut parts = empty_parts();
        parts.method = head.method;
        parts.uri = head.uri;
        parts.headers = headers;
        WholeRequest { parts, body }
    }

    /// Reads once; `None` if the time is over or `stop` says so while there is nothing to read.
    async fn fill(&mut self, alarm: &mut Alarm, stop: impl Fn() -> bool) -> std::io::Result<Option<Filled>> {
        if self.input.capacity() > MAX_KEPT && self.input.is_empty() {
            self.input = BytesMut::with_capacity(USUAL);
        }
        self.input.reserve(USUAL / 2);
        let mut reading = pin!(self.stream.read_buf(&mut self.input));
        poll_fn(|context| {
            if let Poll::Ready(read) = reading.as_mut().poll(context) {
                let filled = |read| if read == 0 { Filled::End } else { Filled::Data };
                return Poll::Ready(read.map(|read| Some(filled(read))));
            }
            if stop() || alarm.poll_over(context) {
                return Poll::Ready(Ok(None));
            }
            Poll::Pending
        })
        .await
    }

    async fn respond(&mut self, answer: Response<Bytes>, last: bool) -> std::io::Result<()> {
        let out = &mut self.output;
        out.clear();
        let (parts, body) = answer.into_parts();
        out.extend_from_slice(b"HTTP/1.1 ");
        out.extend_from_slice(parts.status.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(parts.status.canonical_reason().unwrap_or("Unknown").as_bytes());
        for (name, value) in &parts.headers {
            if *name != CONTENT_LENGTH {
                push_header(out, name.as_str(), value.as_bytes());
            }
        }
        if !matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            push_header(
                out,
                "content-length",
                itoa::Buffer::new().format(body.len()).as_bytes(),
            );
        }
        if last {
            push_header(out, "connection", b"close");
        }
        push_header(out, "date", self.date.now().as_bytes());
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(&body);
        self.stream.write_all(out).await?;
        if out.capacity() > MAX_KEPT {
            *out = Vec::with_capacity(1024);
        }
        Ok(())
    }
}

fn push_header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
}

fn empty_parts() -> Parts {
    http::Request::new(()).into_parts().0
}

/// Reads the head of a request.
fn parse(input: &BytesMut) -> Parsed {
    let mut room = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut room);
    let length = match request.parse(input) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if input.len() < MAX_HEAD => return Parsed::Incomplete,
        Ok(httparse::Status::Partial) | Err(_) => return Parsed::Unusual,
    };
    match usual(&request, length) {
        Some(head) => Parsed::Usual(Box::new(head)),
        None => Parsed::Unusual,
    }
}

/// The parts of a head, if all of it is usual.
fn usual(request: &httparse::Request<'_, '_>, length: usize) -> Option<(Head, HeaderMap)> {
    let (Some(method), Some(target), Some(1)) = (request.method, request.path, request.version) else {
        return None;
    };
    // The answer to HEAD has a length and no body.
    if !target.starts_with('/') || method == "HEAD" {
        return None;
    }
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
    let mut body = None;
    for header in request.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        // One, and nothing but digits: two readers must not disagree on where a request ends.
        if name == CONTENT_LENGTH && body.replace(digits(header.value)?).is_some() {
            return None;
        }
        match name.as_str() {
            "transfer-encoding" | "expect" | "upgrade" | "te" | "trailer" => return None,
            "connection" if !header.value.eq_ignore_ascii_case(b"keep-alive") => return None,
            _ => {}
        }
        headers.append(name, HeaderValue::from_bytes(header.value).ok()?);
    }
    let uri = match target {
        "/" => Uri::default(),
        other => other.parse().ok()?,
    };
    let head = Head {
        length,
        body: body.unwrap_or(0),
        method: Method::from_bytes(method.as_bytes()).ok()?,
        uri,
    };
    Some((head, headers))
}

fn digits(text: &[u8]) -> Option<usize> {
    if text.is_empty() || text.len() > 9 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A time limit that is moved with every request and looked at only when nothing else happens.
struct Alarm {
    until: Instant,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    fn new() -> Self {
        Self {
            until: now(),
            sleep: None,
        }
    }

    fn limit(&mut self, time: Duration) {
        self.until = now() + time;
        // A limit that is nearer than the armed one must not wait for it.
        let until = self.until;
        if let Some(sleep) = &mut self.sleep
            && sleep.deadline() > until
        {
            sleep.as_mut().reset(until);
        }
    }

    /// Whether the time is over; if not, the task is woken when it is.
    fn poll_over(&mut self, context: &mut Context<'_>) -> bool {
        let until = self.until;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        while sleep.as_mut().poll(context).is_ready() {
            if now() >= until {
                return true;
            }
            sleep.as_mut().reset(until);
        }
        false
    }
}

// How long a connection has been idle is the machine's affair: it is never simulated.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

/// The `Date` header, written anew once a second.
#[derive(Default)]
struct Date {
    second: i64,
    text: String,
}

impl Date {
    fn now(&mut self) -> &str {
        let now = SystemClock.now();
        if self.second != now.as_seconds() || self.text.is_empty() {
            self.second = now.as_seconds();
            self.text = haechi_core::Timestamp::from_seconds(self.second).http_date();
        }
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Parsed {
        parse(&BytesMut::from(text))
    }

    #[test]
    fn a_usual_request_is_understood() {
        let text = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\n{}";
        let Parsed::Usual(found) = parsed(text) else {
            panic!("usual")
        };
        let (head, headers) = *found;
        assert_eq!((head.length, head.body), (text.len() - 2, 2));
        assert_eq!(head.uri.path(), "/");
        assert_eq!(headers.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert!(matches!(parsed(&text[..30]), Parsed::Incomplete));
    }

    #[test]
    fn whatever_two_readers_could_read_differently_is_left_to_hyper() {
        for head in [
            "POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2",
            "POST / HTTP/1.1\r\nContent-Length: +2",
            "POST / HTTP/1.1\r\nContent-Length: 2, 2",
            "POST / HTTP/1.1\r\nContent-Length: ",
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
            "POST / HTTP/1.1\r\ntransfer-encoding: identity",
            "POST / HTTP/1.1\r\nContent-Length : 2",
            "POST / HTTP/1.1\r\nExpect: 100-continue",
            "POST / HTTP/1.1\r\nConnection: close",
            "POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c",
            "POST http://other/ HTTP/1.1\r\nHost: h",
            "POST / HTTP/1.0\r\nHost: h",
            "HEAD / HTTP/1.1\r\nHost: h",
            "POST / HTTP/1.1\r\nA: 1\r\n folded: 2",
            "PRI * HTTP/2.0",
            "nonsense",
        ] {
            let found = parsed(&format!("{head}\r\n\r\n"));
            assert!(matches!(found, Parsed::Unusual), "{head}");
        }
    }

    #[test]
    fn a_head_without_end_is_left_to_hyper() {
        let text = format!("POST / HTTP/1.1\r\nA: {}", "x".repeat(MAX_HEAD));
        assert!(matches!(parsed(&text), Parsed::Unusual));
    }
}
