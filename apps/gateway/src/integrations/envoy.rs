//! Envoy's questions over gRPC: `ext_authz` (one question, one answer) and `ext_proc` (a conversation per request).
//!
//! gRPC is HTTP/2 with messages of five bytes of head and protobuf (the page "gRPC over HTTP2" of its
//! documentation); the few messages that are needed are in `messages`.

mod authz;
mod frames;
mod messages;
mod process;

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use prost::Message as _;
use tokio::net::TcpStream;

use super::ask::Asker;
use crate::guard::Answer;
use frames::{Messages, Status};
use messages::{HeaderValue as EnvoyHeader, HeaderValueOption};

/// Requests that one connection may have under way; Envoy keeps a connection per worker thread.
const MOST_STREAMS: u32 = 1024;

/// An answer's body.
type Body = UnsyncBoxBody<Bytes, Infallible>;

pub(super) async fn serve(asker: Arc<Asker>, stream: TcpStream) {
    let service = service_fn(move |request| {
        let asker = Arc::clone(&asker);
        async move { Ok::<_, Infallible>(respond(asker, request).await) }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "an Envoy's connection ended");
    }
}

async fn respond(asker: Arc<Asker>, request: Request<Incoming>) -> Response<Body> {
    let is_grpc = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    if request.method() != Method::POST || !is_grpc {
        return frames::failed(Status::Unimplemented, "this is a gRPC service");
    }
    let named = named(request.headers());
    let path = request.uri().path().to_owned();
    let mut messages = Messages::new(request.into_body());
    match path.as_str() {
        "/envoy.service.auth.v3.Authorization/Check" => match messages.next().await {
            Ok(Some(question)) => {
                let answer = authz::check(&asker, named.as_deref(), &question).await;
                answer.map_or_else(
                    |why| frames::failed(Status::InvalidArgument, why),
                    |answer| frames::one(&answer.encode_to_vec()),
                )
            }
            Ok(None) => frames::failed(Status::InvalidArgument, "there is no message"),
            Err(why) => frames::failed(Status::InvalidArgument, why),
        },
        "/envoy.service.ext_proc.v3.ExternalProcessor/Process" => process::converse(asker, named, messages),
        _ => frames::failed(Status::Unimplemented, "no such method"),
    }
}

/// The web ACL that Envoy's `initial_metadata` names. Clients don't reach this: it is metadata of Envoy's own call.
fn named(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-haechi-web-acl")?;
    value.to_str().ok().map(ToOwned::to_owned)
}

/// Headers as Envoy sets them.
fn set(headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> Vec<HeaderValueOption> {
    headers
        .into_iter()
        .map(|(name, value)| HeaderValueOption {
            header: Some(EnvoyHeader {
                key: name.as_str().to_owned(),
                value: String::new(),
                raw_value: value.as_bytes().to_vec(),
            }),
            append_action: messages::OVERWRITE_IF_EXISTS_OR_ADD,
        })
        .collect()
}

/// The status of an answer. Envoy knows the codes of its own list alone; another becomes 403.
fn status(answer: &Answer) -> Option<messages::HttpStatus> {
    const KNOWN: [u16; 55] = [
        200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401,
        402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424,
        426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
    ];
    let code = answer.status.as_u16();
    let code = if KNOWN.contains(&code) { code } else { 403 };
    Some(messages::HttpStatus {
        code: i32::from(code),
    })
}
