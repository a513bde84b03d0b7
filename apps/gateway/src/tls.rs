//! TLS in front: certificates, and what the client's first message tells of it.

mod authority;
mod certificates;
mod client_hello;
mod fingerprint;

pub use authority::AuthorityError;
pub use certificates::{CertificateError, CertificateSource, Certificates};

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::server::TlsStream;

use client_hello::ClientHello;

/// Most of a first message that is kept for fingerprints; post-quantum key shares make some of 2 KB.
const LONGEST_HELLO: usize = 20 * 1024;

/// What is known of a TLS connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsFacts {
    pub(crate) ja3: Option<String>,
    pub(crate) ja4: Option<String>,
    /// HTTP/2 was agreed upon.
    pub(crate) http2: bool,
}

/// Shakes hands.
pub(crate) async fn accept<S>(
    stream: S,
    config: Arc<ServerConfig>,
) -> io::Result<(TlsStream<Recording<S>>, TlsFacts)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let recording = Recording {
        inner: stream,
        heard: Some(Vec::with_capacity(1024)),
    };
    let mut start = LazyConfigAcceptor::new(Acceptor::default(), recording).await?;
    let heard = start.io.heard.take().unwrap_or_default();
    let hello = ClientHello::parse(&heard);
    let mut facts = TlsFacts {
        ja3: hello.as_ref().map(fingerprint::ja3),
        ja4: hello.as_ref().map(fingerprint::ja4),
        http2: false,
    };
    let stream = start.into_stream(config).await?;
    facts.http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    Ok((stream, facts))
}

/// Keeps a copy of what is read, until somebody takes it.
pub(crate) struct Recording<S> {
    inner: S,
    heard: Option<Vec<u8>>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Recording<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        if let Some(heard) = &mut self.heard
            && heard.len() < LONGEST_HELLO
        {
            heard.extend_from_slice(&buffer.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Recording<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
