//! HAProxy's questions over SPOP 2.0, the protocol of its stream-processing filter (HAProxy's `doc/SPOE.txt`).
//!
//! HAProxy sends a message named `check-request` with the arguments `method`, `path` (or `target`), `query`, `ver`,
//! `headers` (as text: `req.hdrs`), `body`, `body-size`, `src`, `ssl` and `web-acl`; the answer sets variables of the
//! transaction: `action` (`pass` or `answer`), and with an answer `status`, `body`, `content_type`, `location`,
//! `waf_action`, and `answer`, under which the whole of it can be fetched over HTTP (`/answer/<answer>`), since
//! HAProxy's own answers know neither variable statuses nor line ends; with a pass `h_…` for each inserted header.

mod frame;
mod question;
mod value;

use std::io;
use std::sync::Arc;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::answers::Answers;
use super::ask::Asker;
use frame::{Frame, Kind, Problem};

/// The longest frame that is taken; HAProxy asks for the size of its buffers, 16 KiB by default.
const LONGEST_FRAME: u32 = 1024 * 1024;
/// Fragments of one notification, together.
const LONGEST_NOTIFICATION: usize = 4 * 1024 * 1024;
/// Notifications of one connection that are answered at once.
const PIPELINED: usize = 256;

pub(super) async fn serve(asker: Arc<Asker>, answers: Option<Arc<Answers>>, stream: TcpStream) {
    if let Err(error) = converse(asker, answers, stream).await {
        tracing::debug!(%error, "an HAProxy's connection ended");
    }
}

async fn converse(asker: Arc<Asker>, kept: Option<Arc<Answers>>, stream: TcpStream) -> io::Result<()> {
    let (mut reader, mut writer) = stream.into_split();
    let mut buffer = BytesMut::with_capacity(32 * 1024);
    let Some(hello) = next(&mut reader, &mut buffer).await? else {
        return Ok(());
    };
    let terms = match frame::hello(&hello, LONGEST_FRAME) {
        Ok(terms) => terms,
        Err(problem) => return writer.write_all(&frame::disconnect(problem)).await,
    };
    writer.write_all(&terms.answer()).await?;
    if terms.is_health_check {
        return Ok(());
    }
    let (answers, mut waiting) = mpsc::channel::<Vec<u8>>(PIPELINED);
    let mut working = JoinSet::new();
    working.spawn(async move {
        while let Some(answer) = waiting.recv().await {
            if writer.write_all(&answer).await.is_err() {
                return;
            }
        }
    });
    let mut fragments: Option<Frame> = None;
    loop {
        let Some(received) = next(&mut reader, &mut buffer).await? else {
            return Ok(());
        };
        let problem = match received.kind {
            Kind::Disconnect => Some(Problem::None),
            Kind::Notify if received.is_aborted() => {
                fragments = None;
                None
            }
            Kind::Notify | Kind::Unset => match assembled(&mut fragments, received) {
                Ok(None) => None,
                Ok(Some(whole)) => {
                    while working.len() > PIPELINED {
                        working.join_next().await;
                    }
                    let (asker, kept, answers) = (Arc::clone(&asker), kept.clone(), answers.clone());
                    let longest = terms.longest_frame;
                    working.spawn(async move {
                        let actions = question::answer(&asker, kept.as_deref(), &whole.payload).await;
                        let _ = answers.send(frame::ack(&whole, &actions, longest)).await;
                    });
                    None
                }
                Err(problem) => Some(problem),
            },
            Kind::Hello | Kind::Unknown => Some(Problem::Invalid),
        };
        if let Some(problem) = problem {
            let _ = answers.send(frame::disconnect(problem)).await;
            drop(answers);
            while working.join_next().await.is_some() {}
            return Ok(());
        }
    }
}

/// Puts fragments together. HAProxy does not mix the fragments of two notifications on one connection.
fn assembled(fragments: &mut Option<Frame>, received: Frame) -> Result<Option<Frame>, Problem> {
    let is_last = received.is_last();
    let whole = match (fragments.take(), received.kind) {
        (None, Kind::Notify) => received,
        (Some(mut begun), Kind::Unset) if begun.same_notification(&received) => {
            begun.payload.extend_from_slice(&received.payload);
            begun
        }
        (None, _) => return Err(Problem::FragmentsWithoutBeginning),
        (Some(_), _) => return Err(Problem::Interlaced),
    };
    if whole.payload.len() > LONGEST_NOTIFICATION {
        return Err(Problem::TooBig);
    }
    if is_last {
        return Ok(Some(whole));
    }
    *fragments = Some(whole);
    Ok(None)
}

/// The next frame; `None` when HAProxy hangs up between two.
async fn next(
    reader: &mut (impl tokio::io::AsyncRead + Unpin),
    buffer: &mut BytesMut,
) -> io::Result<Option<Frame>> {
    loop {
        if let Some(head) = buffer.first_chunk::<4>() {
            let length = u32::from_be_bytes(*head);
            if length > LONGEST_FRAME {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame is too long"));
            }
            if buffer.len() >= 4 + length as usize {
                buffer.advance(4);
                let bytes = buffer.split_to(length as usize);
                let frame = frame::read(&bytes);
                return frame
                    .map(Some)
                    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a bad frame"));
            }
        }
        if reader.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}
