//! The one thread that writes.

mod checkpoint;
mod group;

use std::{path::PathBuf, sync::Arc, thread::JoinHandle, time::Duration};

use haechi_store::{Batch, CommitError, Listener, LogRecord, Revision, StoreError};
use parking_lot::RwLock;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use self::{checkpoint::Checkpointer, group::Committer};
use crate::{SqliteOptions, error};

/// How many jobs may wait; beyond it, writers wait to queue.
const QUEUE: usize = 16_384;
/// While a group gathers, how often the thread looks whether everybody is there.
const LOOK_EVERY: Duration = Duration::from_micros(50);
/// SQLite's page, in bytes.
const PAGE: u64 = 4096;
/// Groups smaller than this don't wait for more.
const WORTH_GATHERING: usize = 3;

type Listeners = Arc<RwLock<Vec<Arc<dyn Listener>>>>;

/// What the thread is asked to do.
enum Job {
    Commit {
        batch: Batch,
        reply: oneshot::Sender<Result<Revision, CommitError>>,
    },
    Append {
        records: Vec<LogRecord>,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
    Expire {
        stream_prefix: String,
        before_ms: i64,
        reply: oneshot::Sender<Result<u64, StoreError>>,
    },
}

/// The way to the writing thread.
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    listeners: Listeners,
}

impl Writer {
    /// Starts the thread. `connection` is the one that writes, `second` serves to move the write-ahead log at `log`.
    pub(crate) fn start(
        connection: Connection,
        second: Connection,
        log: PathBuf,
        options: &SqliteOptions,
    ) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let listeners = Listeners::default();
        let checkpointer = Checkpointer::start(second, log, u64::from(options.checkpoint_pages) * PAGE)
            .map_err(|cause| error::open("the checkpointing thread can't be started", cause))?;
        let committer = Committer::new(connection, checkpointer, listeners.clone())
            .map_err(|cause| error::open("the data file can't be read", cause))?;
        let options = options.clone();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(committer, queue, &options))
            .map_err(|cause| error::open("the writing thread can't be started", cause))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            listeners,
        })
    }

    pub(crate) fn listen(&self, listener: Arc<dyn Listener>) {
        self.listeners.write().push(listener);
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Revision, CommitError> {
        self.ask(|reply| Job::Commit { batch, reply }).await?
    }

    pub(crate) async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        self.ask(|reply| Job::Append { records, reply }).await?
    }

    pub(crate) async fn expire(&self, stream_prefix: String, before_ms: i64) -> Result<u64, StoreError> {
        self.ask(|reply| Job::Expire {
            stream_prefix,
            before_ms,
            reply,
        })
        .await?
    }

    async fn ask<R>(&self, job: impl FnOnce(oneshot::Sender<R>) -> Job) -> Result<R, StoreError> {
        let ended = || StoreError::Unavailable("the writing thread has ended".into());
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        jobs.send(job(reply)).await.map_err(|_| ended())?;
        answer
            .await
            .map_err(|_| StoreError::OutcomeUnknown("the writing thread has ended".into()))
    }
}

impl Drop for Writer {
    /// Lets the thread finish what is queued, so that the file is closed when this returns.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writing thread of the store ended in a panic");
        }
    }
}

fn run(mut committer: Committer, mut queue: mpsc::Receiver<Job>, options: &SqliteOptions) {
    let mut group = Vec::new();
    let mut last_group = 0;
    while queue.blocking_recv_many(&mut group, options.max_group) > 0 {
        gather(&queue, group.len(), last_group, options);
        while group.len() < options.max_group
            && let Ok(job) = queue.try_recv()
        {
            group.push(job);
        }
        last_group = group.len();
        committer.run(&mut group);
    }
}

/// Waits, for a short while, for as many writers as there were last time: those that were just answered are likely to
/// come again, and one `fsync` serves them all. A lone writer is served at once.
fn gather(queue: &mpsc::Receiver<Job>, here: usize, last_group: usize, options: &SqliteOptions) {
    if last_group < WORTH_GATHERING {
        return;
    }
    let mut waited = Duration::ZERO;
    while here + queue.len() < last_group && waited < options.gather {
        std::thread::sleep(LOOK_EVERY);
        waited += LOOK_EVERY * 2;
    }
}
