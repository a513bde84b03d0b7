//! One SQL transaction for many batches.

use haechi_store::{Batch, CommitError, Key, LogRecord, Revision, StoreError, log::pack};
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::oneshot;

use super::{Job, Listeners, checkpoint::Checkpointer};
use crate::{
    error::unavailable,
    log::{Streams, expire},
    schema::{number, set_number},
};

/// How many revisions are reserved in the file at once, so that not every group has to write the number.
const RESERVED: u64 = 1 << 16;
const REVISION: &str = "revision";

type Reply<R, E = StoreError> = oneshot::Sender<Result<R, E>>;

/// A job that succeeds if the transaction does.
enum Pending {
    Commit {
        revision: Revision,
        changed: Vec<Key>,
        reply: Reply<Revision, CommitError>,
    },
    Append {
        reply: Reply<()>,
    },
    Expire {
        removed: u64,
        reply: Reply<u64>,
    },
}

pub(super) struct Committer {
    // Ends before the connection, so that the last one to close is the writer's.
    checkpointer: Checkpointer,
    connection: Connection,
    listeners: Listeners,
    streams: Streams,
    /// The last revision given.
    revision: Revision,
    /// Up to here the file knows that revisions may have been given.
    reserved: Revision,
    /// Bytes of records in the present group.
    bytes: u64,
}

impl Committer {
    pub(super) fn new(
        connection: Connection,
        checkpointer: Checkpointer,
        listeners: Listeners,
    ) -> rusqlite::Result<Self> {
        let revision = number(&connection, REVISION)?.unwrap_or(0) as u64;
        Ok(Self {
            checkpointer,
            connection,
            listeners,
            streams: Streams::default(),
            revision,
            reserved: revision,
            bytes: 0,
        })
    }

    /// Does all jobs in one transaction and answers them.
    pub(super) fn run(&mut self, group: &mut Vec<Job>) {
        let mut pending = Vec::with_capacity(group.len());
        let mut written = self.begin();
        let mut records = Vec::new();
        for job in group.drain(..) {
            // After a failure the rest of the group is only collected, to be told.
            let sound = written.is_ok();
            let result = self.apply(job, sound, &mut pending, &mut records);
            written = written.and(result);
        }
        let written = written
            .and_then(|()| self.write_log(records))
            .map_err(unavailable);
        let outcome = written.and_then(|()| self.commit());
        match outcome {
            Ok(()) => self.announce(pending),
            Err(error) => self.give_up(pending, &error),
        }
        let bytes = std::mem::take(&mut self.bytes);
        self.checkpointer.after_group(&self.connection, bytes);
    }

    fn begin(&mut self) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])
            .map(drop)
    }

    fn apply(
        &mut self,
        job: Job,
        sound: bool,
        pending: &mut Vec<Pending>,
        records: &mut Vec<LogRecord>,
    ) -> rusqlite::Result<()> {
        match job {
            Job::Append { records: more, reply } => {
                records.extend(more);
                pending.push(Pending::Append { reply });
                Ok(())
            }
            Job::Expire {
                stream_prefix,
                before_ms,
                reply,
            } => {
                let result = if sound {
                    expire(&self.connection, &stream_prefix, before_ms)
                } else {
                    Ok(0)
                };
                pending.push(Pending::Expire {
                    removed: result.as_ref().map_or(0, |&removed| removed),
                    reply,
                });
                result.map(drop)
            }
            Job::Commit { batch, reply } => {
                let result = if sound {
                    self.write(batch, records)
                } else {
                    Ok(Some((0, Vec::new())))
                };
                match result {
                    Ok(Some((revision, changed))) => pending.push(Pending::Commit {
                        revision,
                        changed,
                        reply,
                    }),
                    // Told at once: should the group fail, it was not worth waiting for either.
                    Ok(None) => answer(reply, Err(CommitError::Conflict)),
                    Err(error) => {
                        pending.push(Pending::Commit {
                            revision: 0,
                            changed: Vec::new(),
                            reply,
                        });
                        return Err(error);
                    }
                }
                Ok(())
            }
        }
    }

    /// Writes a batch if its expectations hold: every earlier one of the group counts as done.
    fn write(
        &mut self,
        batch: Batch,
        records: &mut Vec<LogRecord>,
    ) -> rusqlite::Result<Option<(Revision, Vec<Key>)>> {
        let connection = &self.connection;
        let mut select = connection.prepare_cached("SELECT rev FROM kv WHERE k = ?1")?;
        for (key, expected) in &batch.expect {
            let current: Option<i64> = select.query_row([key.as_bytes()], |row| row.get(0)).optional()?;
            if !expected.holds(current.map(|revision| revision as u64)) {
                return Ok(None);
            }
        }
        self.revision += 1;
        if self.revision > self.reserved {
            self.reserved = self.revision + RESERVED;
            set_number(connection, REVISION, self.reserved as i64)?;
        }
        let mut put =
            connection.prepare_cached("INSERT OR REPLACE INTO kv (k, v, rev) VALUES (?1, ?2, ?3)")?;
        let mut changed = Vec::with_capacity(batch.puts.len() + batch.deletes.len());
        for (key, value) in batch.puts {
            put.execute((key.as_bytes(), &value[..], self.revision as i64))?;
            self.bytes += (key.as_bytes().len() + value.len()) as u64;
            changed.push(key);
        }
        let mut delete = connection.prepare_cached("DELETE FROM kv WHERE k = ?1")?;
        for key in batch.deletes {
            delete.execute([key.as_bytes()])?;
            changed.push(key);
        }
        records.extend(batch.log);
        Ok(Some((self.revision, changed)))
    }

    fn write_log(&mut self, records: Vec<LogRecord>) -> rusqlite::Result<()> {
        for chunk in pack(&records) {
            self.bytes += (chunk.terms.len() + chunk.records.len()) as u64;
            self.streams.insert(&self.connection, &chunk)?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let commit = self
            .connection
            .prepare_cached("COMMIT")
            .and_then(|mut commit| commit.execute([]));
        commit
            .map(drop)
            .map_err(|error| StoreError::OutcomeUnknown(error.to_string()))
    }

    /// Tells the listeners, then the callers: nobody who was told of a commit can meet a cache that was not.
    fn announce(&self, pending: Vec<Pending>) {
        let listeners = self.listeners.read();
        for job in &pending {
            if let Pending::Commit {
                revision, changed, ..
            } = job
                && !changed.is_empty()
            {
                listeners
                    .iter()
                    .for_each(|listener| listener.changed(*revision, changed));
            }
        }
        drop(listeners);
        for job in pending {
            match job {
                Pending::Commit { revision, reply, .. } => answer(reply, Ok(revision)),
                Pending::Append { reply } => answer(reply, Ok(())),
                Pending::Expire { removed, reply } => answer(reply, Ok(removed)),
            }
        }
    }

    fn give_up(&mut self, pending: Vec<Pending>, error: &StoreError) {
        tracing::error!(%error, jobs = pending.len(), "the store could not commit");
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "the store could not roll back");
        }
        self.streams.forget();
        // The reservation may have been rolled back; what was given stays given.
        self.reserved = self.revision;
        for job in pending {
            match job {
                Pending::Commit { reply, .. } => answer(reply, Err(CommitError::Store(error.clone()))),
                Pending::Append { reply } => answer(reply, Err(error.clone())),
                Pending::Expire { reply, .. } => answer(reply, Err(error.clone())),
            }
        }
    }
}

/// A caller that no longer waits is no concern of ours: what it asked for is done all the same.
fn answer<R>(reply: oneshot::Sender<R>, result: R) {
    let _ = reply.send(result);
}
