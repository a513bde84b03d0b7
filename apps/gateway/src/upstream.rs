//! Connections to servers: kept per worker thread, so that nothing is locked and nothing wakes another thread.

mod connect;

pub(crate) use connect::{ConnectError, Connector};

use std::cell::RefCell;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use rustc_hash::FxHashMap;

use crate::board::Origin;
use crate::body::RequestBody;

/// Connections that wait per server and worker.
const MOST_IDLE: usize = 256;
/// Seconds that a connection may wait; servers close sooner or later by themselves.
const LONGEST_IDLE: u32 = 55;

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

#[derive(Default)]
struct Pool {
    // Who an origin is, is set in the configuration and not by clients: a quick hash will do.
    idle: FxHashMap<Arc<Origin>, Vec<Idle>>,
    shared: FxHashMap<Arc<Origin>, http2::SendRequest<RequestBody>>,
}

struct Idle {
    sender: http1::SendRequest<RequestBody>,
    since: u32,
}

/// A connection of HTTP/1.1 that is in use.
pub(crate) struct Lease {
    origin: Arc<Origin>,
    sender: Option<http1::SendRequest<RequestBody>>,
    tick: u32,
}

impl Lease {
    /// The response was read to its end: the connection may serve again.
    pub(crate) fn give_back(mut self) {
        let Some(sender) = self.sender.take().filter(|sender| !sender.is_closed()) else {
            return;
        };
        let idle = Idle {
            sender,
            since: self.tick,
        };
        // The thread may be ending.
        let _ = POOL.try_with(|pool| {
            if let Ok(mut pool) = pool.try_borrow_mut() {
                let waiting = match pool.idle.get_mut(&self.origin) {
                    Some(waiting) => waiting,
                    None => pool.idle.entry(Arc::clone(&self.origin)).or_default(),
                };
                if waiting.len() < MOST_IDLE {
                    waiting.push(idle);
                }
            }
        });
    }

    /// The connection is in no state to serve again.
    pub(crate) fn discard(mut self) {
        self.sender = None;
    }
}

/// A server answered.
pub(crate) struct Answered {
    pub(crate) response: Response<Incoming>,
    /// Of HTTP/1.1 only.
    pub(crate) lease: Option<Lease>,
}

/// Why a server did not answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("the server broke off: {0}")]
    BrokenOff(#[from] hyper::Error),
}

/// Sends a request and waits for the head of its response.
///
/// A request that could not be sent goes over another connection, whatever it is. One that was sent on a connection
/// that had waited for a while, and then broke, is sent once more if `spare` makes another of it: for requests that
/// may be repeated and have no body.
pub(crate) async fn send(
    connector: &Connector,
    origin: &Arc<Origin>,
    request: Request<RequestBody>,
    tick: u32,
    spare: impl FnOnce(&Request<RequestBody>) -> Option<Request<RequestBody>>,
) -> Result<Answered, UpstreamError> {
    if origin.http2 {
        return Box::pin(send_http2(connector, origin, request)).await;
    }
    let mut request = request;
    let mut spare = Some(spare);
    while let Some(Idle { mut sender, since }) = take(origin, tick) {
        if sender.ready().await.is_err() {
            continue;
        }
        // On a connection in steady use the copy would be waste.
        let copy = if since == tick {
            None
        } else {
            spare.take().and_then(|make| make(&request))
        };
        match sender.try_send_request(request).await {
            Ok(response) => return Ok(answered(origin, sender, response, tick)),
            Err(mut error) => match error.take_message().or(copy) {
                Some(unsent) => request = unsent,
                None => return Err(error.into_error().into()),
            },
        }
    }
    // Boxed: a handshake of TLS has kilobytes of state, which every request would carry along for the few that need it.
    let mut sender = Box::pin(connector.connect_http1(origin)).await?;
    let response = sender.send_request(request).await?;
    Ok(answered(origin, sender, response, tick))
}

fn answered(
    origin: &Arc<Origin>,
    sender: http1::SendRequest<RequestBody>,
    response: Response<Incoming>,
    tick: u32,
) -> Answered {
    let lease = Lease {
        origin: Arc::clone(origin),
        sender: Some(sender),
        tick,
    };
    Answered {
        response,
        lease: Some(lease),
    }
}

async fn send_http2(
    connector: &Connector,
    origin: &Arc<Origin>,
    request: Request<RequestBody>,
) -> Result<Answered, UpstreamError> {
    let mut request = request;
    let known = POOL.with_borrow(|pool| {
        pool.shared
            .get(origin)
            .filter(|sender| !sender.is_closed())
            .cloned()
    });
    if let Some(mut sender) = known
        && sender.ready().await.is_ok()
    {
        match sender.try_send_request(request).await {
            Ok(response) => {
                return Ok(Answered {
                    response,
                    lease: None,
                });
            }
            Err(mut error) => match error.take_message() {
                Some(unsent) => request = unsent,
                None => return Err(error.into_error().into()),
            },
        }
    }
    let mut sender = connector.connect_http2(origin).await?;
    POOL.with_borrow_mut(|pool| pool.shared.insert(Arc::clone(origin), sender.clone()));
    let response = sender.send_request(request).await?;
    Ok(Answered {
        response,
        lease: None,
    })
}

/// The connection that was used last: it is the least likely to be dead, and the others may go.
fn take(origin: &Arc<Origin>, tick: u32) -> Option<Idle> {
    POOL.with_borrow_mut(|pool| {
        let waiting = pool.idle.get_mut(origin)?;
        while let Some(idle) = waiting.pop() {
            if !idle.sender.is_closed() && tick.saturating_sub(idle.since) <= LONGEST_IDLE {
                return Some(idle);
            }
        }
        None
    })
}

/// Closes connections that waited too long. Called by each worker now and then.
pub(crate) fn sweep(tick: u32) {
    POOL.with_borrow_mut(|pool| {
        pool.idle.retain(|_, waiting| {
            waiting
                .retain(|idle| !idle.sender.is_closed() && tick.saturating_sub(idle.since) <= LONGEST_IDLE);
            !waiting.is_empty()
        });
        pool.shared.retain(|_, sender| !sender.is_closed());
    });
}
