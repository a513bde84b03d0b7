//! `envoy.service.ext_proc.v3.ExternalProcessor/Process`: headers first, then the body, as Envoy buffers it.
//!
//! The verdict falls with the headers when there is no body, else with the body. The client's address is the
//! attribute `source.address` where Envoy is set to send it, else the last of `x-forwarded-for`, which Envoy appends.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use prost::Message as _;
use tokio::sync::mpsc;

use super::authz::header;
use super::frames::{self, Messages, Status};
use super::messages::{
    CommonResponse, HeaderMap, HeaderMutation, HttpBody, HttpHeaders, ImmediateResponse, Phase,
    PhaseResponse, ProcessingRequest, ProcessingResponse, Reply, Struct, Trailers,
};
use super::{Body, set, status};
use crate::guard::Decision;
use crate::integrations::ask::{Asker, Question};

/// As much of a body is kept: the most that any web ACL inspects.
const KEPT: usize = 64 * 1024;

/// What is known of a request so far.
#[derive(Default)]
struct Conversation {
    headers: HeaderMap,
    client: Option<IpAddr>,
    body: Vec<u8>,
    length: u64,
    decided: bool,
}

pub(super) fn converse(asker: Arc<Asker>, named: Option<String>, mut messages: Messages) -> Response<Body> {
    let (replies, waiting) = mpsc::channel::<Result<Bytes, (Status, &'static str)>>(4);
    // It ends with the call: when Envoy hangs up, both its ends do.
    let talking = async move {
        let mut conversation = Conversation::default();
        loop {
            let reply = match messages.next().await {
                Ok(None) => return,
                Ok(Some(message)) => conversation.hear(&asker, named.as_deref(), &message).await,
                Err(why) => Err((Status::InvalidArgument, why)),
            };
            let failed = reply.is_err();
            if replies.send(reply).await.is_err() || failed {
                return;
            }
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with the stream that it answers"
    )]
    tokio::spawn(talking);
    frames::several(waiting)
}

impl Conversation {
    async fn hear(
        &mut self,
        asker: &Asker,
        named: Option<&str>,
        message: &[u8],
    ) -> Result<Bytes, (Status, &'static str)> {
        let request = ProcessingRequest::decode(message)
            .map_err(|_| (Status::InvalidArgument, "this is no ProcessingRequest"))?;
        if let Some(address) = source(&request.attributes) {
            self.client = Some(address);
        }
        let reply = match request.phase {
            Some(Phase::RequestHeaders(headers)) => {
                let ends = headers.end_of_stream;
                self.begin(headers);
                let decision = if ends {
                    self.decide(asker, named).await?
                } else {
                    None
                };
                decision
                    .unwrap_or_else(|| Reply::RequestHeaders(PhaseResponse::default()))
                    .into_headers()
            }
            Some(Phase::RequestBody(body)) => {
                let ends = body.end_of_stream;
                self.add(&body);
                let known = self.body.len() >= KEPT;
                let decision = if ends || known {
                    self.decide(asker, named).await?
                } else {
                    None
                };
                decision
                    .unwrap_or_else(|| Reply::RequestBody(PhaseResponse::default()))
                    .into_body()
            }
            Some(Phase::RequestTrailers(_)) => {
                let decision = self.decide(asker, named).await?;
                match decision {
                    Some(Reply::Immediate(answer)) => Reply::Immediate(answer),
                    _ => Reply::RequestTrailers(Trailers {}),
                }
            }
            Some(Phase::ResponseHeaders(_)) => Reply::ResponseHeaders(PhaseResponse::default()),
            Some(Phase::ResponseBody(_)) => Reply::ResponseBody(PhaseResponse::default()),
            Some(Phase::ResponseTrailers(_)) => Reply::ResponseTrailers(Trailers {}),
            None => return Err((Status::InvalidArgument, "the message is of no phase")),
        };
        Ok(ProcessingResponse { reply: Some(reply) }.encode_to_vec().into())
    }

    fn begin(&mut self, headers: HttpHeaders) {
        self.headers = headers.headers.unwrap_or_default();
    }

    fn add(&mut self, body: &HttpBody) {
        self.length += body.body.len() as u64;
        let room = KEPT - self.body.len();
        self.body
            .extend_from_slice(&body.body[..body.body.len().min(room)]);
    }

    /// The verdict, once: what comes after it passes.
    async fn decide(
        &mut self,
        asker: &Asker,
        named: Option<&str>,
    ) -> Result<Option<Reply>, (Status, &'static str)> {
        if std::mem::replace(&mut self.decided, true) {
            return Ok(None);
        }
        let all: Vec<(&str, &[u8])> = self
            .headers
            .headers
            .iter()
            .map(|header| (header.key.as_str(), header.bytes()))
            .collect();
        let pseudo = |name: &str| {
            all.iter()
                .find(|(known, _)| *known == name)
                .map_or(&b""[..], |(_, value)| value)
        };
        let headers = without_pseudo(&all, pseudo(":authority"));
        let client = self.client.or_else(|| forwarded_for(&headers));
        let question = Question {
            named,
            method: pseudo(":method"),
            target: pseudo(":path"),
            http_version: "HTTP/1.1",
            headers: &headers,
            body: &self.body,
            body_length: self.length.max(header(&headers, b"content-length").unwrap_or(0)),
            client: client.ok_or((Status::InvalidArgument, "the client's address is missing"))?,
            https: pseudo(":scheme") == b"https",
        };
        match asker.ask(&question).await {
            Ok(Decision::Pass(inserted)) => Ok(Some(Reply::RequestHeaders(PhaseResponse {
                response: Some(CommonResponse {
                    header_mutation: Some(HeaderMutation {
                        set_headers: set(inserted),
                    }),
                }),
            }))),
            Ok(Decision::Answer(answer)) => Ok(Some(Reply::Immediate(ImmediateResponse {
                status: status(&answer),
                headers: Some(HeaderMutation {
                    set_headers: set(answer.headers),
                }),
                body: answer.body.to_vec(),
                details: "haechi".to_owned(),
            }))),
            Err(why) => {
                tracing::warn!(%why, "Envoy got no verdict");
                Err((Status::Unavailable, "there is no verdict"))
            }
        }
    }
}

impl Reply {
    /// As an answer to headers.
    fn into_headers(self) -> Self {
        match self {
            Self::RequestBody(response) => Self::RequestHeaders(response),
            other => other,
        }
    }

    /// As an answer to a body.
    fn into_body(self) -> Self {
        match self {
            Self::RequestHeaders(response) => Self::RequestBody(response),
            other => other,
        }
    }
}

/// Headers without those that HTTP/2 writes with a colon; the authority is the host.
pub(super) fn without_pseudo<'a>(
    all: &[(&'a str, &'a [u8])],
    authority: &'a [u8],
) -> Vec<(&'a [u8], &'a [u8])> {
    let named = all.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
    let host = (!named && !authority.is_empty()).then_some((&b"host"[..], authority));
    // Envoy's own, which the client did not send.
    let own = |name: &str| name.starts_with(':') || name.starts_with("x-envoy-");
    let kept = all
        .iter()
        .filter(|(name, _)| !own(name))
        .map(|(name, value)| (name.as_bytes(), *value));
    host.into_iter().chain(kept).collect()
}

fn forwarded_for(headers: &[(&[u8], &[u8])]) -> Option<IpAddr> {
    let (_, value) = headers
        .iter()
        .rev()
        .find(|(name, _)| name.eq_ignore_ascii_case(b"x-forwarded-for"))?;
    std::str::from_utf8(value)
        .ok()?
        .rsplit(',')
        .next()?
        .trim()
        .parse()
        .ok()
}

/// The attribute `source.address`, with or without its port.
fn source(attributes: &HashMap<String, Struct>) -> Option<IpAddr> {
    let value = attributes
        .values()
        .find_map(|group| group.fields.get("source.address"))?;
    let text = value.string_value.as_deref()?;
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}
