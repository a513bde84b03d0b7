//! The shared store backend: any database that speaks the PostgreSQL wire.
//!
//! Any number of nodes work on one database. What they agree on is one row, the *revision counter*: a node's
//! [`committer`] gathers the batches that wait, and in one transaction raises the counter (which locks its row until
//! the end), checks all expectations, writes everything and leaves a row in `changes`. So commits of all nodes have
//! one order without any further lock, revisions appear in that order, and every other node's [`feed`] finds each of
//! them by asking for what came after the last one it saw. A group costs two round trips, however many batches it has.
//!
//! Log records without a batch need no order and take a way of their own ([`appender`]).
//!
//! The SQL is what PostgreSQL, CockroachDB and YugabyteDB share: no advisory locks, no `SKIP LOCKED`; NOTIFY is only a
//! hint that makes the feed look at once.

mod appender;
mod backup;
mod committer;
mod connection;
mod error;
mod feed;
mod log;
mod pool;
mod schema;
mod tls;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use haechi_store::{
    Backend, Batch, CommitError, Direction, Key, KeyRange, Listener, LogRecord, Revision, StoreError,
    Versioned,
    log::{Chunk, ChunkQuery},
};
use tokio_postgres::Row;

use self::{appender::Appender, committer::Committer, connection::Target, feed::Feed, pool::Pool};

/// A database that this node shares with others.
pub struct PostgresBackend {
    target: Target,
    pool: Pool,
    committer: Committer,
    appender: Appender,
    feed: Arc<Feed>,
}

impl PostgresBackend {
    /// Connects to `postgres://user:password@host:port/database`, making or migrating the tables. `?sslmode=verify-full`
    /// and its kind have libpq's meaning.
    /// Several nodes may do so at once.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        schema::prepare(&target).await?;
        let feed = Feed::start(target.clone()).await?;
        let committer = Committer::start(target.clone(), feed.clone());
        let appender = Appender::start(&target);
        Ok(Self {
            pool: Pool::new(target.clone()),
            target,
            committer,
            appender,
            feed,
        })
    }

    /// Fills the empty database at `url` with what a data file of the embedded backend holds, such as that of a backup.
    pub async fn load(url: &str, data_file: &Path) -> Result<(), StoreError> {
        backup::load(&Target::parse(url)?, data_file).await
    }
}

#[async_trait]
impl Backend for PostgresBackend {
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        let rows = self
            .pool
            .point_read(|statements| &statements.get, &[&key.as_bytes()])
            .await?;
        Ok(rows.first().map(versioned))
    }

    async fn range(
        &self,
        range: &KeyRange,
        limit: usize,
        direction: Direction,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .pool
            .long_read(
                |statements| match direction {
                    Direction::Forward => &statements.range_forward,
                    Direction::Backward => &statements.range_backward,
                },
                &[&&range.start[..], &&range.end[..], &limit],
            )
            .await?;
        Ok(rows
            .iter()
            .map(|row| (Key::from_bytes(row.get::<_, Vec<u8>>(2)), versioned(row)))
            .collect())
    }

    async fn commit(&self, batch: Batch) -> Result<Revision, CommitError> {
        self.committer.commit(batch).await
    }

    async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        self.appender.append(records).await
    }

    async fn chunks(&self, query: &ChunkQuery) -> Result<Vec<Chunk>, StoreError> {
        log::chunks(&self.pool, query).await
    }

    async fn expire(&self, stream_prefix: &str, before_ms: i64) -> Result<u64, StoreError> {
        log::expire(&self.pool, stream_prefix, before_ms).await
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        self.feed.listen(listener);
    }

    fn is_current(&self) -> bool {
        self.feed.is_current()
    }

    fn is_exclusive(&self) -> bool {
        false
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        backup::write(&self.target, to).await
    }

    async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        schema::check(&self.pool).await
    }
}

fn versioned(row: &Row) -> Versioned {
    Versioned {
        value: row.get::<_, Vec<u8>>(0).into(),
        revision: row.get::<_, i64>(1) as u64,
    }
}
