//! Sockets: accept, TLS, serve, drain.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::direct::Ended;
use crate::http_front::{Front, Peer};
use crate::pipeline::Pipeline;
use crate::rewind::Rewind;

/// The listener could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenerError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {source}; give another address with --listen")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Tells listeners to stop taking connections and to finish what is under way.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::channel(false).0)
    }
}

impl Shutdown {
    /// Starts the shutdown.
    pub fn start(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has started.
    pub(crate) fn has_started(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it has started.
    pub async fn started(&self) {
        let mut watching = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = watching.wait_for(|stop| *stop).await;
    }
}

/// A bound socket.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Binds `address`; with `tls`, every connection must speak it.
    pub async fn bind(address: SocketAddr, tls: Option<TlsAcceptor>) -> Result<Self, ListenerError> {
        let socket = TcpListener::bind(address)
            .await
            .map_err(|source| ListenerError::Bind { address, source })?;
        Ok(Self { socket, tls })
    }

    /// The address that was bound, with the port that the system chose for port 0.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `shutdown`, then waits for the requests that are under way.
    pub async fn serve(self, pipeline: Arc<Pipeline>, shutdown: Shutdown) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, address)) => {
                        let connection = Connection {
                            pipeline: Arc::clone(&pipeline),
                            tls: self.tls.clone(),
                            shutdown: shutdown.clone(),
                            address,
                        };
                        connections.spawn(connection.run(stream));
                    }
                    // Out of file descriptors, most likely: let some connections end first.
                    Err(error) => {
                        tracing::warn!(%error, "accepting a connection failed");
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                () = shutdown.started() => break,
            }
        }
        while connections.join_next().await.is_some() {}
    }
}

struct Connection {
    pipeline: Arc<Pipeline>,
    tls: Option<TlsAcceptor>,
    shutdown: Shutdown,
    address: SocketAddr,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let outcome = match &self.tls {
            None => self.serve_plain(stream).await,
            Some(acceptor) => self.serve_tls(acceptor.clone(), stream).await,
        };
        if let Err(error) = outcome {
            tracing::debug!(peer = %self.address, %error, "connection ended");
        }
    }

    async fn serve_plain(&self, stream: TcpStream) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let front = Front::new(
            Arc::clone(&self.pipeline),
            Peer {
                ip: self.address.ip(),
                tls: None,
            },
        );
        let mut direct = front.direct(stream);
        let first = match direct.serve(&self.shutdown).await? {
            Ended::Closed => return Ok(()),
            Ended::Unusual(first) => first,
        };
        let stream = Rewind::new(first, direct.into_stream());
        let config = self.pipeline.config();
        let serving = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(config.idle_timeout)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), front.clone());
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            ended = serving.as_mut() => return Ok(ended?),
            () = self.shutdown.started() => serving.as_mut().graceful_shutdown(),
        }
        Ok(serving.await?)
    }

    async fn serve_tls(
        &self,
        acceptor: TlsAcceptor,
        stream: TcpStream,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let handshake = tokio::time::timeout(self.pipeline.config().read_timeout, acceptor.accept(stream));
        let stream = handshake.await??;
        let session = stream.get_ref().1;
        let tls = session
            .protocol_version()
            .zip(session.negotiated_cipher_suite())
            .map(|(version, suite)| {
                let version = format!("{version:?}").replacen("TLSv1_", "TLSv1.", 1);
                (
                    version,
                    format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1),
                )
            });
        let front = Front::new(
            Arc::clone(&self.pipeline),
            Peer {
                ip: self.address.ip(),
                tls,
            },
        );
        let mut builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.pipeline.config().idle_timeout);
        let serving = builder.serve_connection(TokioIo::new(stream), front.clone());
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            ended = serving.as_mut() => return ended,
            () = self.shutdown.started() => serving.as_mut().graceful_shutdown(),
        }
        serving.await
    }
}
