//! Bodies on their way through.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::finish::Finish;
use crate::upstream::Lease;

/// A request's body: what was held back for the web ACL, then the rest.
pub(crate) struct RequestBody {
    held: VecDeque<Bytes>,
    rest: Option<Incoming>,
    /// Trailers go on only to servers that speak HTTP/2 (gRPC).
    trailers: bool,
}

impl RequestBody {
    pub(crate) fn new(held: VecDeque<Bytes>, rest: Option<Incoming>, trailers: bool) -> Self {
        Self { held, rest, trailers }
    }

    /// Nothing.
    pub(crate) fn empty() -> Self {
        Self::new(VecDeque::new(), None, false)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Some(held) = self.held.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(held))));
        }
        loop {
            let Some(rest) = &mut self.rest else {
                return Poll::Ready(None);
            };
            match std::task::ready!(Pin::new(rest).poll_frame(context)) {
                Some(Ok(frame)) if frame.is_trailers() && !self.trailers => {}
                other => return Poll::Ready(other),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_empty() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let held: u64 = self.held.iter().map(|part| part.len() as u64).sum();
        let rest = self
            .rest
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + held);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + held);
        }
        hint
    }
}

/// A response's body.
pub(crate) struct ResponseBody {
    content: Content,
    /// What happens when it ends, however that is.
    finish: Finish,
}

enum Content {
    Whole(Option<Bytes>),
    /// From a server; the lease gives the connection back at the end.
    Passing(Incoming, Option<Lease>),
}

impl ResponseBody {
    /// A body of our own.
    pub(crate) fn whole(bytes: Bytes, finish: Finish) -> Self {
        Self {
            content: Content::Whole(Some(bytes).filter(|bytes| !bytes.is_empty())),
            finish,
        }
    }

    /// A server's body.
    pub(crate) fn passing(incoming: Incoming, lease: Option<Lease>, finish: Finish) -> Self {
        Self {
            content: Content::Passing(incoming, lease),
            finish,
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        match &mut this.content {
            Content::Whole(bytes) => {
                let bytes = bytes.take();
                this.finish.sent(bytes.as_ref().map_or(0, Bytes::len));
                Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
            Content::Passing(incoming, lease) => {
                let polled = std::task::ready!(Pin::new(incoming).poll_frame(context));
                match &polled {
                    Some(Ok(frame)) => this.finish.sent(frame.data_ref().map_or(0, Bytes::len)),
                    Some(Err(_)) => lease.take().into_iter().for_each(Lease::discard),
                    None => lease.take().into_iter().for_each(Lease::give_back),
                }
                Poll::Ready(polled)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(bytes) => bytes.is_none(),
            Content::Passing(incoming, _) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Content::Passing(incoming, _) => incoming.size_hint(),
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if let Content::Passing(incoming, lease) = &mut self.content
            && let Some(lease) = lease.take()
        {
            // A body whose end was seen leaves its connection whole; any other leaves bytes behind.
            if incoming.is_end_stream() {
                lease.give_back();
            } else {
                lease.discard();
            }
        }
    }
}

/// What of a request's body is held back until the web ACL has looked.
#[derive(Default)]
pub(crate) struct Hold {
    incoming: Option<Incoming>,
    held: VecDeque<Bytes>,
    length: usize,
    ended: bool,
}

impl Hold {
    pub(crate) fn new(incoming: Incoming) -> Self {
        let ended = incoming.is_end_stream();
        Self {
            incoming: (!ended).then_some(incoming),
            held: VecDeque::new(),
            length: 0,
            ended,
        }
    }

    /// Reads until more than `wanted` bytes are held or the body has ended.
    pub(crate) async fn fill(&mut self, wanted: usize) -> Result<(), hyper::Error> {
        use http_body_util::BodyExt as _;
        while self.length <= wanted {
            let Some(incoming) = &mut self.incoming else {
                return Ok(());
            };
            match incoming.frame().await {
                None => {
                    self.ended = true;
                    self.incoming = None;
                }
                Some(frame) => {
                    if let Ok(data) = frame?.into_data() {
                        self.length += data.len();
                        self.held.push_back(data);
                    }
                    if incoming.is_end_stream() {
                        self.ended = true;
                        self.incoming = None;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the body goes on, and no more than `wanted` bytes of it are held.
    pub(crate) fn lacks(&self, wanted: usize) -> bool {
        self.incoming.is_some() && self.length <= wanted
    }

    /// Whether there is no body at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.ended && self.length == 0
    }

    /// What is held, in one piece, and how long the body is at least.
    pub(crate) fn seen(&mut self, declared: Option<u64>) -> (Bytes, u64) {
        if self.held.len() > 1 {
            let mut whole = Vec::with_capacity(self.length);
            for part in self.held.drain(..) {
                whole.extend_from_slice(&part);
            }
            self.held.push_back(whole.into());
        }
        let length = if self.ended {
            self.length as u64
        } else {
            declared.unwrap_or(0).max(self.length as u64 + 1)
        };
        (self.held.front().cloned().unwrap_or_default(), length)
    }

    /// The body, to be sent on.
    pub(crate) fn into_body(self, trailers: bool) -> RequestBody {
        RequestBody::new(self.held, self.incoming, trailers)
    }
}

/// Whether trailers were promised; only then a server of HTTP/1.1 would get them.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
