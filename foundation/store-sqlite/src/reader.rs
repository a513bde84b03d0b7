//! Connections for reading.
//!
//! A point read of a warm page takes a few microseconds, less than handing it to another thread; so point reads and
//! short ranges run where they are asked for, and whatever is longer on threads that may block, a few at a time.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use haechi_store::{
    Direction, Key, KeyRange, StoreError, Versioned,
    log::{Chunk, ChunkQuery},
};
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{error, error::unavailable, lock, log};

/// How many long reads run at once.
const LONG_READS: usize = 4;
/// How many idle connections are kept.
const IDLE: usize = 8;

pub(crate) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Semaphore,
}

impl Readers {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self {
            file,
            idle: Mutex::default(),
            turns: Semaphore::new(LONG_READS),
        }
    }

    /// Waits until a long read may run.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    pub(crate) fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        self.with(|connection| {
            let mut get = connection.prepare_cached("SELECT v, rev FROM kv WHERE k = ?1")?;
            get.query_row([key.as_bytes()], |row| versioned(row, 0))
                .optional()
        })
    }

    pub(crate) fn range(
        &self,
        range: &KeyRange,
        limit: usize,
        direction: Direction,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        let sql = match direction {
            Direction::Forward => "SELECT v, rev, k FROM kv WHERE k >= ?1 AND k < ?2 ORDER BY k LIMIT ?3",
            Direction::Backward => {
                "SELECT v, rev, k FROM kv WHERE k >= ?1 AND k < ?2 ORDER BY k DESC LIMIT ?3"
            }
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.with(|connection| {
            let mut select = connection.prepare_cached(sql)?;
            let rows = select.query_map((&range.start[..], &range.end[..], limit), |row| {
                Ok((Key::from_bytes(row.get::<_, Vec<u8>>(2)?), versioned(row, 0)?))
            })?;
            rows.collect()
        })
    }

    pub(crate) fn chunks(&self, query: &ChunkQuery) -> Result<Vec<Chunk>, StoreError> {
        self.with(|connection| log::chunks(connection, query))
    }

    /// Copies one snapshot into a new, compact file; the writer goes on meanwhile.
    pub(crate) fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let failed = |cause: std::io::Error| {
            error::open(&format!("the backup {} can't be written", to.display()), cause)
        };
        if to.exists() {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        let Some(name) = to.to_str() else {
            return Err(failed(std::io::Error::other("its path is not UTF-8")));
        };
        lock::make_private_file(to)?;
        self.with(|connection| connection.execute("VACUUM INTO ?1", [name]).map(drop))?;
        File::open(to).and_then(|file| file.sync_all()).map_err(failed)
    }

    pub(crate) fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.with(|connection| {
            let mut check = connection.prepare("PRAGMA integrity_check")?;
            let found: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(found.into_iter().filter(|line| line != "ok").collect())
        })
    }

    fn with<R>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<R>) -> Result<R, StoreError> {
        let idle = self.idle.lock().pop();
        let connection = idle.map_or_else(|| self.connect(), Ok).map_err(unavailable)?;
        let result = read(&connection).map_err(unavailable);
        let mut idle = self.idle.lock();
        if idle.len() < IDLE {
            idle.push(connection);
        }
        result
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
        connection.set_prepared_statement_cache_capacity(16);
        Ok(connection)
    }
}

fn versioned(row: &Row<'_>, at: usize) -> rusqlite::Result<Versioned> {
    let value: Vec<u8> = row.get(at)?;
    let revision: i64 = row.get(at + 1)?;
    Ok(Versioned {
        value: value.into(),
        revision: revision as u64,
    })
}
