//! A thread that serves connections. A connection, the connections to servers that it uses, and all their tasks stay
//! on one thread.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use http::HeaderValue;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::rustls::ServerConfig;

use crate::activity::{Activity, Patience};
use crate::client_io::ClientIo;
use crate::exchange::{self, Connection};
use crate::permits::Permit;
use crate::shared::Shared;
use crate::tls::{self, TlsFacts};
use crate::upstream;

/// Heads that one connection may have waiting in its buffer.
const LONGEST_HEAD: usize = 64 * 1024;
/// Requests that one connection of HTTP/2 may have under way.
const MOST_STREAMS: u32 = 128;
/// How long requests that are under way may take when the gateway stops.
const DRAIN: Duration = Duration::from_secs(10);

thread_local! {
    static CONNECTIONS: RefCell<Vec<Weak<Activity>>> = const { RefCell::new(Vec::new()) };
}

/// What a worker needs.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) patience: Patience,
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) stop: watch::Receiver<bool>,
}

/// The sockets of one worker: the same for all, accepted by whoever comes first.
pub(crate) struct Sockets {
    pub(crate) plain: Option<std::net::TcpListener>,
    pub(crate) tls: Option<std::net::TcpListener>,
}

impl Worker {
    /// Serves until it is told to stop, then until what is under way has ended.
    pub(crate) async fn run(self, sockets: Sockets) -> io::Result<()> {
        let plain = sockets.plain.map(TcpListener::from_std).transpose()?;
        let tls = sockets.tls.map(TcpListener::from_std).transpose()?;
        let mut sweeping = tokio::time::interval(Duration::from_secs(1));
        let mut serving = JoinSet::new();
        let mut stop = self.stop.clone();
        loop {
            tokio::select! {
                accepted = accept(plain.as_ref()) => self.serve(accepted, false, &mut serving).await,
                accepted = accept(tls.as_ref()) => self.serve(accepted, true, &mut serving).await,
                Some(_) = serving.join_next(), if !serving.is_empty() => {}
                _ = sweeping.tick() => self.sweep(),
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        drop((plain, tls));
        let drained = async { while serving.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            tracing::warn!("connections were still busy when the gateway stopped");
        }
        Ok(())
    }

    async fn serve(
        &self,
        accepted: io::Result<(TcpStream, SocketAddr)>,
        tls: bool,
        serving: &mut JoinSet<()>,
    ) {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: let some connections end first.
                tracing::warn!(%error, "accepting a connection failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
                return;
            }
        };
        let Some(permit) = self.shared.permits.take(peer.ip()) else {
            self.shared
                .totals
                .refused_connections
                .fetch_add(1, Ordering::Relaxed);
            return;
        };
        let worker = self.clone();
        serving.spawn(async move { worker.connection(stream, peer, permit, tls).await });
    }

    async fn connection(self, stream: TcpStream, peer: SocketAddr, permit: Permit, tls: bool) {
        let _ = stream.set_nodelay(true);
        let activity = Activity::new(Arc::clone(&self.shared.ticker), self.patience, Some(permit));
        CONNECTIONS.with_borrow_mut(|all| all.push(Arc::downgrade(&activity)));
        let serving = async {
            match self.tls.clone().filter(|_| tls) {
                None => {
                    let io = ClientIo::scanned(stream, Arc::clone(&activity));
                    self.http1(io, self.about(peer, None, &activity)).await
                }
                Some(config) => {
                    let (stream, facts) = tls::accept(stream, config).await?;
                    let http2 = facts.http2;
                    let connection = self.about(peer, Some(facts), &activity);
                    if http2 {
                        self.http2(ClientIo::unscanned(stream, Arc::clone(&activity)), connection)
                            .await
                    } else {
                        self.http1(ClientIo::scanned(stream, Arc::clone(&activity)), connection)
                            .await
                    }
                }
            }
        };
        tokio::select! {
            ended = serving => if let Err(error) = ended {
                tracing::debug!(%peer, %error, "a connection ended");
            },
            () = activity.finished() => {
                self.shared.totals.cut_connections.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn about(&self, peer: SocketAddr, tls: Option<TlsFacts>, activity: &Arc<Activity>) -> Arc<Connection> {
        let ip = peer.ip().to_canonical();
        Arc::new(Connection {
            shared: Arc::clone(&self.shared),
            peer: ip,
            address: HeaderValue::try_from(ip.to_string())
                .unwrap_or_else(|_| HeaderValue::from_static("unknown")),
            tls,
            activity: Arc::clone(activity),
        })
    }

    async fn http1<S>(&self, io: ClientIo<S>, connection: Arc<Connection>) -> Result<(), Ended>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(move |request| exchange::serve(Arc::clone(&connection), request));
        let serving = http1::Builder::new()
            // Slow heads are the activity's business: no timer per request.
            .header_read_timeout(None)
            .max_buf_size(LONGEST_HEAD + 1024)
            .serve_connection(TokioIo::new(io), service)
            .with_upgrades();
        let mut serving = std::pin::pin!(serving);
        let mut stop = self.stop.clone();
        tokio::select! {
            ended = serving.as_mut() => return Ok(ended?),
            _ = stop.wait_for(|stop| *stop) => serving.as_mut().graceful_shutdown(),
        }
        Ok(serving.await?)
    }

    async fn http2<S>(&self, io: ClientIo<S>, connection: Arc<Connection>) -> Result<(), Ended>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(move |request| exchange::serve(Arc::clone(&connection), request));
        let serving = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(MOST_STREAMS)
            .max_header_list_size(LONGEST_HEAD as u32)
            .serve_connection(TokioIo::new(io), service);
        let mut serving = std::pin::pin!(serving);
        let mut stop = self.stop.clone();
        tokio::select! {
            ended = serving.as_mut() => return Ok(ended?),
            _ = stop.wait_for(|stop| *stop) => serving.as_mut().graceful_shutdown(),
        }
        Ok(serving.await?)
    }

    /// Ends connections whose time is over.
    fn sweep(&self) {
        CONNECTIONS.with_borrow_mut(|all| {
            all.retain(|connection| match connection.upgrade() {
                None => false,
                Some(activity) => {
                    if activity.is_over(self.patience) {
                        activity.finish();
                    }
                    true
                }
            });
        });
        upstream::sweep(self.shared.ticker.now());
    }
}

/// Why a connection ended early.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error("the handshake failed: {0}")]
    Handshake(#[from] io::Error),
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}
