//! The client's end of a connection: bytes pass the framing scanner and leave their time. Request lines that the parser
//! behind would not take go on in other words (see [`crate::target`]); for that their beginnings are held back.

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
    /// The beginning of a request line that has not ended.
    held: Vec<u8>,
    /// Bytes that are to be given before others are read, and how many of them were.
    ready: (Vec<u8>, usize),
}

impl<S> ClientIo<S> {
    /// An HTTP/1 connection.
    pub(crate) fn scanned(inner: S, activity: Arc<Activity>) -> Self {
        Self {
            inner,
            activity,
            scanner: Some(Scanner::default()),
            refused: None,
            held: Vec::new(),
            ready: (Vec::new(), 0),
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
            held: Vec::new(),
            ready: (Vec::new(), 0),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ClientIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.give_ready(buffer) || this.give_refused(buffer) {
                return Poll::Ready(Ok(()));
            }
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.inner).poll_read(context, buffer))?;
            if buffer.filled().len() == before {
                if this.held.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                // The client ends in the middle of a request line.
                this.ready = (std::mem::take(&mut this.held), 0);
                continue;
            }
            this.activity.touch();
            if this.scanner.is_none() || this.activity.is_tunnel() || this.pass(buffer, before) {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S> ClientIo<S> {
    /// Gives what is ready; whether there was something.
    fn give_ready(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let (bytes, given) = &mut self.ready;
        if bytes.is_empty() {
            return false;
        }
        let count = (bytes.len() - *given).min(buffer.remaining());
        buffer.put_slice(&bytes[*given..*given + count]);
        *given += count;
        if *given == bytes.len() {
            self.ready = (Vec::new(), 0);
        }
        true
    }

    /// Gives what stands in place of refused bytes, and then the end.
    fn give_refused(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let Some(rest) = &mut self.refused else {
            return false;
        };
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..count]);
        *rest = &rest[count..];
        true
    }

    /// Follows the bytes read after `before`. Whether the buffer has what is to be given; if not, it is ready or held.
    fn pass(&mut self, buffer: &mut ReadBuf<'_>, before: usize) -> bool {
        let Some(scanner) = &mut self.scanner else {
            return true;
        };
        let bytes = &buffer.filled()[before..];
        let sound = match scanner.scan(bytes) {
            Ok(()) => bytes.len(),
            Err(stopped) => {
                tracing::debug!(why = %stopped.why, "a request was refused");
                self.refused = Some(REFUSED);
                stopped.at
            }
        };
        self.activity.set_in_head(scanner.in_head());
        let rewrites = scanner.rewrites();
        let unfinished = match self.refused {
            Some(_) => 0,
            None => scanner.unfinished_request_line().min(sound),
        };
        if rewrites.is_empty() && unfinished == 0 && self.held.is_empty() {
            buffer.set_filled(before + sound);
            return sound > 0;
        }
        let mut out = std::mem::take(&mut self.held);
        let (whole, rest) = bytes[..sound].split_at(sound - unfinished);
        if whole.is_empty() {
            out.extend_from_slice(rest);
            self.held = out;
        } else {
            let mut at = 0;
            for rewrite in &rewrites {
                if rewrite.range.start == 0 {
                    // What was held back of the line is part of what is replaced.
                    out.clear();
                }
                out.extend_from_slice(&whole[at..rewrite.range.start]);
                out.extend_from_slice(&rewrite.text);
                at = rewrite.range.end;
            }
            out.extend_from_slice(&whole[at..]);
            self.held.extend_from_slice(rest);
            self.ready = (out, 0);
        }
        if self.refused.is_some() {
            self.held.clear();
        }
        buffer.set_filled(before);
        false
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::activity::{Patience, Ticker};

    /// What the parser behind is given of these bytes, sent in pieces of a size.
    async fn given(bytes: &[u8], size: usize) -> Vec<u8> {
        let (mut client, server) = tokio::io::duplex(size);
        let patience = Patience { head: 60, idle: 60 };
        let activity = Activity::new(Arc::new(Ticker::default()), patience, None);
        let mut io = ClientIo::scanned(server, activity);
        let bytes = bytes.to_vec();
        #[expect(clippy::disallowed_methods, reason = "a test that waits for it")]
        let sending = tokio::spawn(async move {
            for piece in bytes.chunks(size) {
                if client.write_all(piece).await.is_err() {
                    return;
                }
            }
        });
        let mut out = Vec::new();
        io.read_to_end(&mut out).await.expect("bytes");
        // Nobody reads what comes after a violation: who still sends would wait for ever.
        drop(io);
        sending.await.expect("sent");
        out
    }

    #[tokio::test]
    async fn requests_pass_as_they_are_whatever_the_pieces() {
        let requests = b"POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for size in [1, 2, 3, 7, 20, 1000] {
            assert_eq!(given(requests, size).await, requests, "{size}");
        }
    }

    #[tokio::test]
    async fn a_target_that_is_no_uri_goes_on_encoded_whatever_the_pieces() {
        let requests = b"GET /?<a> HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nGET /\"c HTTP/1.1\r\nHost: a\r\n\r\n";
        for size in [1, 2, 3, 7, 20, 1000] {
            let out = String::from_utf8(given(requests, size).await).expect("text");
            assert!(
                out.starts_with("GET /?%3Ca%3E HTTP/1.1\r\nx-haechi-target-"),
                "{size}: {out}"
            );
            assert!(
                out.contains(":/?<a>\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost"),
                "{size}: {out}"
            );
            assert!(out.contains("\r\n\r\nGET /%22c HTTP/1.1\r\n"), "{size}: {out}");
            assert!(out.ends_with(":/\"c\r\nHost: a\r\n\r\n"), "{size}: {out}");
        }
    }

    #[tokio::test]
    async fn what_is_refused_is_replaced_whatever_the_pieces() {
        for size in [1, 3, 1000] {
            let bad = given(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / x HTTP/1.1\r\n\r\n", size).await;
            assert_eq!(bad, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n\0\r\n\r\n", "{size}");
        }
    }
}
