//! The client's end of a connection: bytes pass the framing scanner and leave their time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::activity::Activity;
use crate::framing::Scanner;

/// A line that no parser takes for anything: what is put in place of bytes that the scanner refused, so that the
/// parser behind answers 400 and closes.
const REFUSED: &[u8] = b"\0\r\n\r\n";

pub(crate) struct ClientIo<S> {
    inner: S,
    activity: Arc<Activity>,
    /// HTTP/1 only; HTTP/2 frames say how long they are.
    scanner: Option<Scanner>,
    /// What remains to be given of [`REFUSED`], once there was a violation.
    refused: Option<&'static [u8]>,
}

impl<S> ClientIo<S> {
    /// An HTTP/1 connection.
    pub(crate) fn scanned(inner: S, activity: Arc<Activity>) -> Self {
        Self {
            inner,
            activity,
            scanner: Some(Scanner::default()),
            refused: None,
        }
    }

    /// A connection of another protocol.
    pub(crate) fn unscanned(inner: S, activity: Arc<Activity>) -> Self {
        activity.set_in_head(false);
        Self {
            inner,
            activity,
            scanner: None,
            refused: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ClientIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(rest) = &mut self.refused {
            let count = rest.len().min(buffer.remaining());
            buffer.put_slice(&rest[..count]);
            *rest = &rest[count..];
            return Poll::Ready(Ok(()));
        }
        let this = &mut *self;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(context, buffer))?;
        if buffer.filled().len() == before {
            return Poll::Ready(Ok(()));
        }
        this.activity.touch();
        if let Some(scanner) = &mut this.scanner
            && !this.activity.is_tunnel()
        {
            let scanned = scanner.scan(&buffer.filled()[before..]);
            this.activity.set_in_head(scanner.in_head());
            if let Err(stopped) = scanned {
                tracing::debug!(why = %stopped.why, "a request was refused");
                buffer.set_filled(before + stopped.at);
                let count = REFUSED.len().min(buffer.remaining());
                buffer.put_slice(&REFUSED[..count]);
                this.refused = Some(&REFUSED[count..]);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ClientIo<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, bytes))?;
        self.activity.touch();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write_vectored(context, parts))?;
        self.activity.touch();
        Poll::Ready(Ok(written))
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
