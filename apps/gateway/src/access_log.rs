//! The access log: one JSON object a line.
//!
//! A thread of its own writes. Where it can't keep up, lines are dropped and counted: traffic never waits for a disk.

use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use haechi_core::{Clock, Timestamp};
use serde::Serialize;

/// Lines that may wait.
const WAITING: usize = 10_000;

/// What a line says.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Entry {
    /// When the request came, RFC 3339.
    pub(crate) time: String,
    #[serde(skip)]
    pub(crate) began: i64,
    /// From the request's head to the end of the response.
    pub(crate) milliseconds: i64,
    pub(crate) client: Option<IpAddr>,
    pub(crate) host: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) version: String,
    pub(crate) status: u16,
    /// Bytes of the response's body.
    pub(crate) sent: u64,
    /// The ARN of what served it.
    pub(crate) resource: String,
    pub(crate) target: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) trace_id: String,
    pub(crate) tls: bool,
    /// `pass` or the status's reason, where a web ACL was asked.
    pub(crate) web_acl: Option<&'static str>,
    /// Why there is an answer of our own.
    pub(crate) error: Option<String>,
}

/// Where lines go.
pub(crate) struct AccessLog {
    lines: SyncSender<Entry>,
    clock: Arc<dyn Clock>,
    dropped: AtomicU64,
}

impl AccessLog {
    /// Appends to a file; `-` is standard output.
    pub(crate) fn open(path: &Path, clock: Arc<dyn Clock>) -> io::Result<Arc<Self>> {
        let out: Box<dyn Write + Send> = if path == Path::new("-") {
            Box::new(io::stdout())
        } else {
            Box::new(std::fs::OpenOptions::new().create(true).append(true).open(path)?)
        };
        let (lines, waiting) = sync_channel::<Entry>(WAITING);
        std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || {
                let mut out = BufWriter::new(out);
                while let Ok(first) = waiting.recv() {
                    let more = std::iter::from_fn(|| waiting.try_recv().ok());
                    for entry in std::iter::once(first).chain(more) {
                        if let Err(error) = write(&mut out, &entry) {
                            tracing::warn!(%error, "the access log could not be written");
                        }
                    }
                    let _ = out.flush();
                }
            })?;
        Ok(Arc::new(Self {
            lines,
            clock,
            dropped: AtomicU64::new(0),
        }))
    }

    /// Writes a line, unless too many wait.
    pub(crate) fn write(&self, mut entry: Entry) {
        entry.milliseconds = self.clock.now().as_millis() - entry.began;
        entry.time = Timestamp::from_millis(entry.began).iso8601();
        if let Err(TrySendError::Full(_)) = self.lines.try_send(entry) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many lines were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

fn write(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    serde_json::to_writer(&mut *out, entry)?;
    out.write_all(b"\n")
}
