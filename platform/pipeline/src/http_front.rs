//! HTTP on one side, the pipeline on the other: reads a body within its limits, writes a reply.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use tokio::net::TcpStream;

use crate::direct::Direct;
use crate::pipeline::Pipeline;
use crate::reply;

/// The other end of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) ip: IpAddr,
    /// TLS version and cipher suite.
    pub(crate) tls: Option<(String, String)>,
}

/// A request with its whole body.
#[derive(Debug)]
pub(crate) struct WholeRequest {
    pub(crate) parts: http::request::Parts,
    pub(crate) body: Bytes,
}

#[derive(Clone)]
pub(crate) struct Front {
    pipeline: Arc<Pipeline>,
    peer: Arc<Peer>,
}

impl Front {
    pub(crate) fn new(pipeline: Arc<Pipeline>, peer: Peer) -> Self {
        Self {
            pipeline,
            peer: Arc::new(peer),
        }
    }

    /// The short way over a connection without TLS.
    pub(crate) fn direct(&self, stream: TcpStream) -> Direct<'_> {
        Direct::new(&self.pipeline, &self.peer, stream)
    }

    async fn answer(self, request: Request<Incoming>) -> Response<Bytes> {
        let (parts, incoming) = request.into_parts();
        let config = self.pipeline.config();
        // A body that declares itself too large is refused before a byte of it is read.
        let limit = config.body_limit(target(&parts));
        if incoming.size_hint().lower() > limit as u64 {
            return reply::too_large(limit);
        }
        let reading = Limited::new(incoming, limit).collect();
        let body = match tokio::time::timeout(config.read_timeout, reading).await {
            Ok(Ok(collected)) => collected.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return reply::too_large(limit),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a request body broke off");
                return reply::bad_request("The request body could not be read.");
            }
            Err(_) => return reply::timed_out(),
        };
        self.pipeline
            .handle(WholeRequest { parts, body }, &self.peer)
            .await
    }
}

fn target(parts: &http::request::Parts) -> Option<&[u8]> {
    Some(parts.headers.get("x-amz-target")?.as_bytes())
}

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let front = self.clone();
        Box::pin(async move { Ok(front.answer(request).await.map(Full::new)) })
    }
}
