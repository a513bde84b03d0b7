//! gRPC's messages on HTTP/2.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Frame, Incoming};
use tokio::sync::mpsc;

use super::Body;

/// Envoy sends bodies of 1 MiB by default; what is inspected is far less.
const LONGEST: usize = 16 * 1024 * 1024;
const HEAD: usize = 5;

/// A gRPC status.
#[derive(Debug, Clone, Copy)]
pub(super) enum Status {
    InvalidArgument = 3,
    Unimplemented = 12,
    Unavailable = 14,
}

/// The messages of a call.
pub(super) struct Messages {
    body: Incoming,
    buffer: BytesMut,
}

impl Messages {
    pub(super) fn new(body: Incoming) -> Self {
        Self {
            body,
            buffer: BytesMut::new(),
        }
    }

    /// The next message; `None` when the caller has ended.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, &'static str> {
        loop {
            if let Some(message) = self.complete()? {
                return Ok(Some(message));
            }
            match self.body.frame().await {
                None if self.buffer.is_empty() => return Ok(None),
                None => return Err("the call ended in the middle of a message"),
                Some(Err(_)) => return Err("the call broke off"),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
            }
        }
    }

    fn complete(&mut self) -> Result<Option<Bytes>, &'static str> {
        let Some(head) = self.buffer.first_chunk::<HEAD>() else {
            return Ok(None);
        };
        if head[0] != 0 {
            return Err("messages may not be compressed");
        }
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if length > LONGEST {
            return Err("the message is too long");
        }
        if self.buffer.len() < HEAD + length {
            return Ok(None);
        }
        self.buffer.advance(HEAD);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}

/// A message on the wire.
pub(super) fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(HEAD + message.len());
    frame.put_u8(0);
    frame.put_u32(message.len().try_into().unwrap_or(u32::MAX));
    frame.extend_from_slice(message);
    frame.freeze()
}

/// An answer of one message.
pub(super) fn one(message: &[u8]) -> Response<Body> {
    let trailers = async { Some(Ok(ok())) };
    head(Full::new(framed(message)).with_trailers(trailers).boxed_unsync())
}

/// An answer of the messages that come; the status at its end is whatever the last one says.
pub(super) fn several(messages: mpsc::Receiver<Result<Bytes, (Status, &'static str)>>) -> Response<Body> {
    head(
        Several {
            messages,
            ended: false,
        }
        .boxed_unsync(),
    )
}

/// A call that failed.
pub(super) fn failed(status: Status, message: &'static str) -> Response<Body> {
    let mut response = head(Full::default().boxed_unsync());
    // Without a body, the head stands for the trailers.
    response.headers_mut().extend(trailers(status, message));
    response
}

fn head(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let kind = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn ok() -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    trailers
}

fn trailers(status: Status, message: &'static str) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(status as u16));
    trailers.insert("grpc-message", HeaderValue::from_static(message));
    trailers
}

struct Several {
    messages: mpsc::Receiver<Result<Bytes, (Status, &'static str)>>,
    ended: bool,
}

impl hyper::body::Body for Several {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = std::task::ready!(self.messages.poll_recv(context));
        let frame = match next {
            Some(Ok(message)) => Frame::data(framed(&message)),
            Some(Err((status, message))) => {
                self.ended = true;
                Frame::trailers(trailers(status, message))
            }
            None => {
                self.ended = true;
                Frame::trailers(ok())
            }
        };
        Poll::Ready(Some(Ok(frame)))
    }
}
