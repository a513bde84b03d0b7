//! The embedded store backend: SQLite with group commit.
//!
//! One file, `haechi.db`, in the data directory, in WAL mode with `synchronous=FULL`: what was acknowledged has been
//! through `fsync`. One thread writes ([`writer`]): it takes everything that is queued, puts it into one SQL
//! transaction, checks each batch's expectations, commits once and answers everybody. Readers use connections of
//! their own ([`reader`]) and never wait for it.
//!
//! An operator can open the file with `sqlite3`: table `kv` holds keys and records (a version byte, then JSON), `log`
//! the chunks of the event log, `meta` the schema version.

mod data_file;
mod error;
mod lock;
mod log;
mod options;
mod reader;
mod schema;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use haechi_store::{
    Backend, Batch, CommitError, Direction, Key, KeyRange, Listener, LogRecord, Revision, StoreError,
    Versioned,
    log::{Chunk, ChunkQuery},
};

pub use self::data_file::{DataFile, NewDataFile};
pub use self::options::SqliteOptions;
use self::{lock::DirectoryLock, reader::Readers, writer::Writer};

const FILE: &str = "haechi.db";
/// SQLite names it after the file.
const WRITE_AHEAD_LOG: &str = "haechi.db-wal";
/// Ranges up to this length are read where they are asked for; longer ones go to threads that may block.
const SHORT_RANGE: usize = 64;

/// A data directory, opened by this process alone.
pub struct SqliteBackend {
    // Dropped in this order: the writer finishes what is queued, the readers close, the directory is free again.
    writer: Writer,
    readers: Arc<Readers>,
    _lock: DirectoryLock,
}

impl SqliteBackend {
    /// Opens a data directory, making it if it does not exist and migrating what an older version left.
    /// Fails if another process has it open, or if a newer version wrote it.
    pub fn open(directory: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        let lock = DirectoryLock::take(directory)?;
        let file = directory.join(FILE);
        lock::make_private_file(&file)?;
        let connection = schema::open(&file)?;
        let second = schema::connect(&file)?;
        let writer = Writer::start(connection, second, directory.join(WRITE_AHEAD_LOG), options)?;
        Ok(Self {
            writer,
            readers: Arc::new(Readers::new(file)),
            _lock: lock,
        })
    }

    async fn read_blocking<R: Send + 'static>(
        &self,
        read: impl FnOnce(&Readers) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let readers = self.readers.clone();
        let _turn = readers.turn().await;
        let reading = readers.clone();
        tokio::task::spawn_blocking(move || read(&reading))
            .await
            .map_err(|error| StoreError::Unavailable(format!("a reading thread broke off: {error}")))?
    }
}

#[async_trait]
impl Backend for SqliteBackend {
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        self.readers.get(key)
    }

    async fn range(
        &self,
        range: &KeyRange,
        limit: usize,
        direction: Direction,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        if limit <= SHORT_RANGE {
            return self.readers.range(range, limit, direction);
        }
        let range = range.clone();
        self.read_blocking(move |readers| readers.range(&range, limit, direction))
            .await
    }

    async fn commit(&self, batch: Batch) -> Result<Revision, CommitError> {
        self.writer.commit(batch).await
    }

    async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        self.writer.append(records).await
    }

    async fn chunks(&self, query: &ChunkQuery) -> Result<Vec<Chunk>, StoreError> {
        let query = query.clone();
        self.read_blocking(move |readers| readers.chunks(&query)).await
    }

    async fn expire(&self, stream_prefix: &str, before_ms: i64) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let now = self.writer.expire(stream_prefix.to_owned(), before_ms).await?;
            removed += now;
            if now < log::EXPIRED_AT_ONCE {
                return Ok(removed);
            }
        }
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        self.writer.listen(listener);
    }

    fn is_current(&self) -> bool {
        true
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let to: PathBuf = to.to_owned();
        self.read_blocking(move |readers| readers.backup(&to)).await
    }

    async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.read_blocking(Readers::integrity_check).await
    }
}
