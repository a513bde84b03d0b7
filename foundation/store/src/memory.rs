//! A backend in memory: for tests of services and for simulation. It does nothing by itself, so the same calls in the
//! same order give the same result.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};

use crate::{
    Backend, Batch, CommitError, Direction, Key, KeyRange, Listener, LogRecord, Revision, StoreError,
    Versioned,
    log::{self, Chunk, ChunkQuery},
};

/// Keeps everything in memory. Clones of one `Arc` are nodes on one database.
#[derive(Default)]
pub struct MemoryBackend {
    data: Mutex<Data>,
    listeners: RwLock<Vec<Arc<dyn Listener>>>,
    unavailable: AtomicBool,
}

#[derive(Default)]
struct Data {
    revision: Revision,
    rows: BTreeMap<Key, Versioned>,
    chunks: Vec<Chunk>,
}

impl MemoryBackend {
    /// An empty backend.
    pub fn shared() -> Arc<dyn Backend> {
        Arc::new(Self::default())
    }

    /// Makes every call fail, as a database that can't be reached, or work again.
    pub fn set_unavailable(&self, unavailable: bool) {
        self.unavailable.store(unavailable, Ordering::SeqCst);
    }

    fn reach(&self) -> Result<(), StoreError> {
        if self.unavailable.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("made so by the test".into()));
        }
        Ok(())
    }
}

impl Data {
    fn append(&mut self, records: Vec<LogRecord>) {
        for mut chunk in log::pack(&records) {
            chunk.seq = self.chunks.last().map_or(0, |chunk| chunk.seq + 1);
            self.chunks.push(chunk);
        }
    }

    fn commit(&mut self, batch: Batch) -> Result<(Revision, Vec<Key>), CommitError> {
        let current = |key: &Key| self.rows.get(key).map(|row| row.revision);
        if !batch
            .expect
            .iter()
            .all(|(key, expected)| expected.holds(current(key)))
        {
            return Err(CommitError::Conflict);
        }
        self.revision += 1;
        let revision = self.revision;
        let mut changed = Vec::with_capacity(batch.puts.len() + batch.deletes.len());
        for (key, value) in batch.puts {
            changed.push(key.clone());
            self.rows.insert(key, Versioned { value, revision });
        }
        for key in batch.deletes {
            self.rows.remove(&key);
            changed.push(key);
        }
        self.append(batch.log);
        Ok((revision, changed))
    }
}

#[async_trait]
impl Backend for MemoryBackend {
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        self.reach()?;
        Ok(self.data.lock().rows.get(key).cloned())
    }

    async fn range(
        &self,
        range: &KeyRange,
        limit: usize,
        direction: Direction,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.reach()?;
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        let data = self.data.lock();
        let rows = data
            .rows
            .range(Key::from_bytes(range.start.clone())..Key::from_bytes(range.end.clone()))
            .map(|(key, row)| (key.clone(), row.clone()));
        Ok(match direction {
            Direction::Forward => rows.take(limit).collect(),
            Direction::Backward => rows.rev().take(limit).collect(),
        })
    }

    async fn commit(&self, batch: Batch) -> Result<Revision, CommitError> {
        self.reach()?;
        let (revision, changed) = self.data.lock().commit(batch)?;
        if !changed.is_empty() {
            for listener in self.listeners.read().iter() {
                listener.changed(revision, &changed);
            }
        }
        Ok(revision)
    }

    async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        self.reach()?;
        self.data.lock().append(records);
        Ok(())
    }

    async fn chunks(&self, query: &ChunkQuery) -> Result<Vec<Chunk>, StoreError> {
        self.reach()?;
        let data = self.data.lock();
        let place = |chunk: &Chunk| {
            let position = chunk.position(query.direction);
            (position.edge, position.seq)
        };
        let mut chunks: Vec<&Chunk> = data.chunks.iter().filter(|chunk| query.wants(chunk)).collect();
        chunks.sort_by_key(|chunk| place(chunk));
        if query.direction == Direction::Backward {
            chunks.reverse();
        }
        let behind = chunks
            .into_iter()
            .filter(|chunk| match (query.after, query.direction) {
                (None, _) => true,
                (Some(after), Direction::Forward) => place(chunk) > (after.edge, after.seq),
                (Some(after), Direction::Backward) => place(chunk) < (after.edge, after.seq),
            });
        Ok(behind.take(query.limit).cloned().collect())
    }

    async fn expire(&self, stream_prefix: &str, before_ms: i64) -> Result<u64, StoreError> {
        self.reach()?;
        let mut data = self.data.lock();
        let before = data.chunks.len();
        data.chunks
            .retain(|chunk| !(chunk.stream.starts_with(stream_prefix) && chunk.last < before_ms));
        Ok((before - data.chunks.len()) as u64)
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        self.listeners.write().push(listener);
    }

    fn is_current(&self) -> bool {
        !self.unavailable.load(Ordering::SeqCst)
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    async fn backup(&self, _: &Path) -> Result<(), StoreError> {
        Err(StoreError::Unavailable("a store in memory has no backup".into()))
    }

    async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.reach()?;
        Ok(Vec::new())
    }
}
