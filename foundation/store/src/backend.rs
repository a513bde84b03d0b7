//! What a database must do to carry Haechi.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;

use crate::{
    Key, KeyRange, LogRecord, StoreError,
    log::{Chunk, ChunkQuery},
};

/// The number of a commit. Grows with every commit; a key's revision is the one of the commit that last wrote it.
pub type Revision = u64;

/// A stored value with the commit that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// The bytes, as they were put.
    pub value: Bytes,
    /// The commit that put them.
    pub revision: Revision,
}

/// What a batch relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The key was last written by this commit.
    Revision(Revision),
    /// The key does not exist.
    Absent,
}

impl Expected {
    /// What a read of this result relies on.
    pub fn of(found: Option<&Versioned>) -> Self {
        found.map_or(Self::Absent, |found| Self::Revision(found.revision))
    }

    /// Whether a key that now has this revision is as expected.
    pub fn holds(self, current: Option<Revision>) -> bool {
        match self {
            Self::Revision(revision) => current == Some(revision),
            Self::Absent => current.is_none(),
        }
    }
}

/// One atomic change: if everything expected holds, everything is written; else nothing is.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What must still be so.
    pub expect: Vec<(Key, Expected)>,
    /// What to write.
    pub puts: Vec<(Key, Bytes)>,
    /// What to remove; a key that does not exist is no error.
    pub deletes: Vec<Key>,
    /// Log records that exist if and only if the batch was committed.
    pub log: Vec<LogRecord>,
}

/// Why a batch was not committed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// An expectation did not hold; read again and retry.
    #[error("another commit changed what this one relies on")]
    Conflict,
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The order in which a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest key (oldest time) first.
    Forward,
    /// Greatest key (newest time) first.
    Backward,
}

/// Hears of commits. Called on the committing thread: must be quick and must not call the store.
pub trait Listener: Send + Sync {
    /// These keys were written or removed.
    fn changed(&self, revision: Revision, keys: &[Key]);
    /// The backend lost track (it was cut off from the database); anything may have changed.
    fn lost_track(&self);
}

/// A database. All methods may be called from many tasks at once.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// Reads one key as of now: it sees every commit that was acknowledged before the call, by any node.
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError>;

    /// Reads at most `limit` keys of a range from one snapshot.
    async fn range(
        &self,
        range: &KeyRange,
        limit: usize,
        direction: Direction,
    ) -> Result<Vec<(Key, Versioned)>, StoreError>;

    /// Commits a batch; returns when it is durable.
    async fn commit(&self, batch: Batch) -> Result<Revision, CommitError>;

    /// Appends to the event log; returns when it is durable. All of the records are written or none.
    async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError>;

    /// Reads at most `query.limit` chunks of a stream, see [`crate::log`].
    async fn chunks(&self, query: &ChunkQuery) -> Result<Vec<Chunk>, StoreError>;

    /// Removes the chunks whose newest record is older than `before_ms` from every stream whose name begins with
    /// `stream_prefix`; returns how many chunks went.
    async fn expire(&self, stream_prefix: &str, before_ms: i64) -> Result<u64, StoreError>;

    /// Registers a listener for the backend's life. It hears of this process's commits before they are
    /// acknowledged to their callers, and of other nodes' within a quarter of a second.
    fn listen(&self, listener: Arc<dyn Listener>);

    /// Whether values read earlier may still be used, that is: whether listeners have heard of everything that
    /// was committed anywhere, except in the very last moment. False while cut off from the database.
    fn is_current(&self) -> bool;

    /// Whether this process is the only one that writes, so that listeners hear of *everything* at once.
    fn is_exclusive(&self) -> bool;

    /// Writes a consistent copy of everything to a new file, a data file of the embedded backend, while the store is in
    /// use.
    async fn backup(&self, to: &Path) -> Result<(), StoreError>;

    /// Asks the database to examine itself; returns what it found wrong, nothing if all is well.
    async fn integrity_check(&self) -> Result<Vec<String>, StoreError>;
}
