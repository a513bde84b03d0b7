//! The HTTP endpoint: `/check` for nginx, `/forward-auth` for Traefik and Caddy, `/answer/…` for what nginx sends
//! instead of the application's response.
//!
//! The two ways of asking have paths of their own because they trust different headers: each balancer overwrites the
//! ones that it uses and passes all others on as the client wrote them. The web ACL is named in the path
//! (`/check/<ARN>`), never in the query: Caddy puts the client's query behind the path that it is told.
//!
//! Proofs of Captcha and Challenge can't be asked about, for a question has no body and its answer no status: the
//! balancer hands requests below [`RESERVED_PATH`](crate::guard::RESERVED_PATH) on, behind the path that it asks
//! under, and the answer is the client's.

mod original;
mod wanted;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
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
use original::{Original, Style};
use wanted::{Wanted, asked};

/// What the connections share.
pub(super) struct Endpoint {
    pub(super) asker: Arc<Asker>,
    pub(super) answers: Arc<Answers>,
}

/// A balancer that begins a request goes on with it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// As much of a body is kept: the most that any web ACL inspects.
const KEPT: usize = 64 * 1024;
/// A balancer that sends more has no limit set, and is not waited for.
const LONGEST_BODY: u64 = 64 * 1024 * 1024;

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
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let Some(wanted) = asked(path) else {
            // HAProxy sends the body of a refused request on; a connection that ends before it loses the answer.
            let _ = read(body).await;
            let waiting = path.strip_prefix("/answer/").and_then(|id| self.answers.take(id));
            return waiting.map_or_else(|| plain(StatusCode::FORBIDDEN, "Forbidden"), whole);
        };
        match self.decide(&wanted, &parts, body, peer).await {
            Ok(Decision::Pass(inserted)) => passed(inserted),
            Ok(Decision::Answer(answer)) if wanted.proof.is_some() => whole(*answer),
            Ok(Decision::Answer(answer)) => self.refused(wanted.style, *answer),
            Err(refusal) => refusal,
        }
    }

    async fn decide(
        &self,
        wanted: &Wanted<'_>,
        parts: &Parts,
        body: Incoming,
        peer: IpAddr,
    ) -> Result<Decision, Response<Full<Bytes>>> {
        let style = wanted.style;
        let sent = wanted
            .proof
            .map(|path| (parts.method.as_str().as_bytes(), path.as_bytes()));
        let original = Original::of(style, &parts.headers, peer, sent)
            .map_err(|what| plain(StatusCode::BAD_REQUEST, what))?;
        let (body, length) = read(body)
            .await
            .map_err(|_| plain(StatusCode::BAD_REQUEST, "the body broke off, or is too long"))?;
        let headers = original.headers(style, &parts.headers);
        let question = Question {
            named: wanted.named.as_deref(),
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
