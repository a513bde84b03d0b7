//! A data file on its own: what a backup of any backend is, and what one is restored from.
//!
//! It is the file of [`SqliteBackend`](crate::SqliteBackend), so that a backup is at once a data directory's heart.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use haechi_store::{Key, Revision, StoreError, Versioned, log::Chunk};
use rusqlite::{Connection, OpenFlags};

use crate::{
    error::{self, unavailable},
    lock,
    log::Streams,
    schema,
};

const REVISION: &str = "revision";

/// A data file that is being written, by nobody else and from its beginning.
pub struct NewDataFile {
    path: PathBuf,
    connection: Connection,
    streams: Streams,
}

impl NewDataFile {
    /// Makes the file, for its owner alone. One that is there is not touched.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let failed = |cause: &dyn std::fmt::Display| {
            error::open(&format!("the backup {} can't be written", path.display()), cause)
        };
        if path.exists() {
            return Err(failed(&"the file exists already"));
        }
        lock::make_private_file(path)?;
        let prepare = || {
            let connection = Connection::open(path)?;
            // A file that was not finished is thrown away, so that nothing need be kept to repair it.
            connection.pragma_update(None, "journal_mode", "OFF")?;
            connection.pragma_update(None, "synchronous", "OFF")?;
            Ok(connection)
        };
        let mut connection = prepare().map_err(|cause: rusqlite::Error| failed(&cause))?;
        schema::migrate(&mut connection, &path.display().to_string())?;
        Ok(Self {
            path: path.to_owned(),
            connection,
            streams: Streams::default(),
        })
    }

    /// Adds records with the revisions that they have.
    pub fn put(&mut self, records: &[(Key, Versioned)]) -> Result<(), StoreError> {
        self.together(|connection, _| {
            let mut insert = connection.prepare_cached("INSERT INTO kv (k, v, rev) VALUES (?1, ?2, ?3)")?;
            for (key, found) in records {
                insert.execute((key.as_bytes(), &found.value[..], found.revision as i64))?;
            }
            Ok(())
        })
    }

    /// Adds chunks of the event log, in the order in which they were written.
    pub fn append(&mut self, chunks: &[Chunk]) -> Result<(), StoreError> {
        self.together(|connection, streams| {
            chunks
                .iter()
                .try_for_each(|chunk| streams.insert(connection, chunk))
        })
    }

    /// Writes the newest revision and waits for the disk.
    pub fn finish(self, revision: Revision) -> Result<(), StoreError> {
        schema::set_number(&self.connection, REVISION, revision as i64).map_err(unavailable)?;
        drop(self.connection);
        File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(|cause| error::open("the backup can't be written", cause))
    }

    fn together(
        &mut self,
        write: impl FnOnce(&Connection, &mut Streams) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction().map_err(unavailable)?;
        write(&transaction, &mut self.streams).map_err(unavailable)?;
        transaction.commit().map_err(unavailable)
    }
}

/// A data file that nobody writes, read from its beginning to its end.
pub struct DataFile {
    connection: Connection,
}

impl DataFile {
    /// Opens the file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|cause| error::open(&format!("{} can't be read", path.display()), cause))?;
        Ok(Self { connection })
    }

    /// No record in it is newer.
    pub fn revision(&self) -> Result<Revision, StoreError> {
        let found = schema::number(&self.connection, REVISION).map_err(unavailable)?;
        Ok(found.unwrap_or(0) as u64)
    }

    /// At most `limit` records whose keys come after `after`, by key.
    pub fn records(&self, after: &[u8], limit: usize) -> Result<Vec<(Key, Versioned)>, StoreError> {
        let read = || {
            let mut select = self
                .connection
                .prepare_cached("SELECT k, v, rev FROM kv WHERE k > ?1 ORDER BY k LIMIT ?2")?;
            let rows = select.query_map((after, limit as i64), |row| {
                let found = Versioned {
                    value: row.get::<_, Vec<u8>>(1)?.into(),
                    revision: row.get::<_, i64>(2)? as u64,
                };
                Ok((Key::from_bytes(row.get::<_, Vec<u8>>(0)?), found))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(unavailable)
    }

    /// At most `limit` chunks of the event log that were written after the one of number `after`.
    pub fn chunks(&self, after: i64, limit: usize) -> Result<Vec<Chunk>, StoreError> {
        let read = || {
            let mut select = self.connection.prepare_cached(
                "SELECT name, seq, first, last, terms, records FROM log
                 JOIN log_stream ON log_stream.id = log.stream WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )?;
            let rows = select.query_map((after, limit as i64), |row| {
                Ok(Chunk {
                    stream: row.get(0)?,
                    seq: row.get(1)?,
                    first: row.get(2)?,
                    last: row.get(3)?,
                    terms: row.get::<_, Vec<u8>>(4)?.into(),
                    records: row.get::<_, Vec<u8>>(5)?.into(),
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(unavailable)
    }
}
