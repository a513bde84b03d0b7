//! Takes connections of balancers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections at once. A balancer keeps a few per thread.
const MOST: usize = 4096;

/// Serves each connection by `serve`. Ends its connections when it is dropped; without a socket it waits forever.
pub(super) async fn run<S, F>(socket: Option<std::net::TcpListener>, serve: S) -> io::Result<()>
where
    S: Fn(TcpStream, SocketAddr) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let Some(socket) = socket else {
        return std::future::pending().await;
    };
    socket.set_nonblocking(true)?;
    let socket = TcpListener::from_std(socket)?;
    let permits = Arc::new(Semaphore::new(MOST));
    let mut serving = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else { continue };
                    let _ = stream.set_nodelay(true);
                    let connection = serve(stream, peer);
                    serving.spawn(async move {
                        connection.await;
                        drop(permit);
                    });
                }
                // Out of file descriptors: it gets better, or the operator hears of it.
                Err(error) => {
                    tracing::warn!(%error, "a balancer's connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = serving.join_next(), if !serving.is_empty() => {}
        }
    }
}
