//! Moving the write-ahead log into the data file, without holding up commits.
//!
//! A checkpoint writes every page of the log to its place and waits for the disk: tens to hundreds of milliseconds. So
//! a thread of its own does it beside the writer, twice, as the second pass finds only what came during the first. Then
//! next to nothing is left, and the writer itself does the rest and begins the log anew, which must happen between two
//! transactions.
//!
//! The log's file keeps its length when it begins anew: a commit that writes over what is there already has nothing to
//! tell the file system but its pages, which makes the wait for the disk much shorter.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread::JoinHandle,
};

use rusqlite::Connection;

const PASSES: usize = 2;
/// What a group writes beside its records: pages of indexes, and those on the way to them.
const GROUP_OVERHEAD: u64 = 4 * 4096;
/// A log that has grown to so many times its usual length, because somebody read for long, is cut.
const CUT_FROM: u64 = 8;

const IDLE: u8 = 0;
const WANTED: u8 = 1;
const NEARLY_DONE: u8 = 2;
const STOPPED: u8 = 3;

pub(super) struct Checkpointer {
    log: PathBuf,
    from_bytes: u64,
    /// About how much was written since the log began anew.
    since: u64,
    state: Arc<AtomicU8>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Watches a write-ahead log; `connection` is the thread's own.
    pub(super) fn start(connection: Connection, log: PathBuf, from_bytes: u64) -> std::io::Result<Self> {
        let state = Arc::new(AtomicU8::new(IDLE));
        let shared = state.clone();
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || run(&connection, &shared))?;
        Ok(Self {
            since: log.metadata().map_or(0, |metadata| metadata.len()),
            log,
            from_bytes,
            state,
            thread: Some(thread),
        })
    }

    /// To be called by the writer after each group of so many bytes.
    pub(super) fn after_group(&mut self, writer: &Connection, bytes: u64) {
        self.since += bytes + GROUP_OVERHEAD;
        match self.state.load(Ordering::Acquire) {
            IDLE if self.since >= self.from_bytes => {
                self.state.store(WANTED, Ordering::Release);
                self.wake();
            }
            NEARLY_DONE => {
                let how = if self.log_bytes() >= self.from_bytes.saturating_mul(CUT_FROM) {
                    "PRAGMA wal_checkpoint(TRUNCATE)"
                } else {
                    "PRAGMA wal_checkpoint(RESTART)"
                };
                // A reader may still need the old log; then it is tried again a little later.
                self.since = if checkpoint(writer, how) {
                    0
                } else {
                    self.from_bytes - self.from_bytes / 4
                };
                self.state.store(IDLE, Ordering::Release);
            }
            _ => {}
        }
    }

    fn log_bytes(&self) -> u64 {
        self.log.metadata().map_or(0, |metadata| metadata.len())
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.state.store(STOPPED, Ordering::Release);
        self.wake();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpointing thread of the store ended in a panic");
        }
    }
}

fn run(connection: &Connection, state: &AtomicU8) {
    loop {
        match state.load(Ordering::Acquire) {
            STOPPED => return,
            WANTED => {
                for _ in 0..PASSES {
                    checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)");
                }
                // Unless the writer has stopped meanwhile.
                let _ = state.compare_exchange(WANTED, NEARLY_DONE, Ordering::AcqRel, Ordering::Acquire);
            }
            _ => std::thread::park(),
        }
    }
}

/// Whether all was moved. What could not be stays in the log, where it is as safe; only the log grows.
fn checkpoint(connection: &Connection, how: &str) -> bool {
    let busy: rusqlite::Result<i64> = connection.query_row(how, [], |row| row.get(0));
    match busy {
        Ok(busy) => busy == 0,
        Err(error) => {
            tracing::warn!(%error, "the write-ahead log could not be moved into the data file");
            false
        }
    }
}
