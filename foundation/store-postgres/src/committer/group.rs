//! Many batches as one transaction in two round trips.
//!
//! The first trip begins, raises the revision counter by the number of batches (its row stays locked until the end, so
//! this transaction now is alone) and reads the revisions of all keys that anything is expected of. Then each batch is
//! checked here, in order, against what was read and what earlier batches of the group write. The second trip writes
//! what remains and commits.
//!
//! If the connection breaks during the second trip, the outcome is open. The group remembers its first revision;
//! before it is tried again, the counter's row is locked (so that nothing of the broken transaction is still going on)
//! and the row that the group leaves in `changes` tells whether it was committed after all.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::{join, join3, join5};
use haechi_store::{
    Batch, CommitError, Key, Revision, StoreError,
    log::{Chunk, pack},
};
use tokio_postgres::{Error, Row};

use crate::{
    connection::Prepared,
    error::{in_full, is_answer, is_retryable, unavailable},
    feed, log,
};

/// Why a group was not committed.
pub(super) enum Failure {
    /// The database refuses it, and would again.
    Refused(StoreError),
    /// Nothing was written; it may be tried again.
    NotDone(StoreError),
    /// The connection broke; the next attempt finds out.
    Unknown(StoreError),
}

/// What becomes of one batch.
enum Verdict {
    Conflict,
    Committed { revision: Revision, keys: Vec<Key> },
}

pub(super) struct Group {
    batches: Vec<Batch>,
    verdicts: Vec<Verdict>,
    /// The group's mark in `changes`, if it may have been committed and nobody knows.
    open: Option<Revision>,
}

/// What a group writes: the last word on each key.
#[derive(Default)]
struct Writes<'a> {
    keys: HashMap<&'a Key, (Option<&'a Bytes>, Revision)>,
    changed: HashSet<&'a Key>,
    chunks: Vec<Chunk>,
}

impl Group {
    pub(super) fn new(batches: Vec<Batch>) -> Self {
        Self {
            batches,
            verdicts: Vec::new(),
            open: None,
        }
    }

    /// Tries once.
    pub(super) async fn run(
        &mut self,
        connection: &Prepared,
        node: &[u8],
        hints: bool,
    ) -> Result<(), Failure> {
        if let Some(mark) = self.open {
            if was_committed(connection, mark, node).await? {
                return Ok(());
            }
            self.open = None;
        }
        let (last, current) = self.begin(connection).await?;
        let first = last - self.batches.len() as u64 + 1;
        let (verdicts, writes) = judge(&self.batches, first, &current);
        let nothing = writes.changed.is_empty() && writes.chunks.is_empty();
        self.verdicts = verdicts;
        if nothing {
            return abandon(connection).await;
        }
        self.open = Some(last);
        match write(connection, &writes, last, node, hints).await {
            Ok(()) => {}
            Err(error) if is_answer(&error) => {
                abandon(connection).await?;
                self.open = None;
                let cause = unavailable(&error);
                return Err(if is_retryable(&error) {
                    Failure::NotDone(cause)
                } else {
                    Failure::Refused(cause)
                });
            }
            Err(error) => return Err(Failure::Unknown(StoreError::OutcomeUnknown(in_full(&error)))),
        }
        self.open = None;
        Ok(())
    }

    /// The last revision of those taken, and the revisions of the keys that matter.
    async fn begin(&self, connection: &Prepared) -> Result<(Revision, HashMap<Key, Revision>), Failure> {
        let (client, statements) = (connection.client(), &connection.statements);
        let expected: HashSet<&[u8]> = self
            .batches
            .iter()
            .flat_map(|batch| &batch.expect)
            .map(|(key, _)| key.as_bytes())
            .collect();
        let expected: Vec<&[u8]> = expected.into_iter().collect();
        let count = self.batches.len() as i64;
        let (begun, taken, current) = join3(
            client.batch_execute("BEGIN"),
            client.query_one(&statements.take_revisions, &[&count]),
            client.query(&statements.revisions_of, &[&expected]),
        )
        .await;
        let read = begun.and(taken).and_then(|taken| Ok((taken, current?)));
        match read {
            Ok((taken, current)) => {
                let revision = |row: &Row| {
                    (
                        Key::from_bytes(row.get::<_, Vec<u8>>(0)),
                        row.get::<_, i64>(1) as u64,
                    )
                };
                Ok((
                    taken.get::<_, i64>(0) as u64,
                    current.iter().map(revision).collect(),
                ))
            }
            Err(error) => {
                // Nothing was written yet, so whatever it was, another try does no harm.
                if is_answer(&error) {
                    abandon(connection).await?;
                }
                Err(Failure::NotDone(unavailable(&error)))
            }
        }
    }

    /// What was committed, in order.
    pub(super) fn changes(&self) -> Vec<(Revision, Vec<Key>)> {
        let committed = self.verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Committed { revision, keys } if !keys.is_empty() => Some((*revision, keys.clone())),
            _ => None,
        });
        committed.collect()
    }

    /// What each caller is told.
    pub(super) fn results(&self) -> Vec<Result<Revision, CommitError>> {
        let results = self.verdicts.iter().map(|verdict| match verdict {
            Verdict::Conflict => Err(CommitError::Conflict),
            Verdict::Committed { revision, .. } => Ok(*revision),
        });
        results.collect()
    }

    /// What each caller is told when the group could not be committed.
    pub(super) fn failed(&self, error: StoreError) -> Vec<Result<Revision, CommitError>> {
        let error = match self.open {
            Some(_) => StoreError::OutcomeUnknown(error.to_string()),
            None => error,
        };
        self.batches
            .iter()
            .map(|_| Err(CommitError::Store(error.clone())))
            .collect()
    }
}

/// How long to wait before another attempt.
pub(super) fn pause(attempt: u32) -> Duration {
    Duration::from_millis(10) * 2_u32.saturating_pow(attempt.min(8))
}

/// Checks each batch against the database and the batches before it.
fn judge<'a>(
    batches: &'a [Batch],
    first: Revision,
    current: &HashMap<Key, Revision>,
) -> (Vec<Verdict>, Writes<'a>) {
    let mut writes = Writes::default();
    let mut records = Vec::new();
    let mut verdicts = Vec::with_capacity(batches.len());
    for (revision, batch) in (first..).zip(batches) {
        let now = |key: &Key| match writes.keys.get(key) {
            Some((value, revision)) => value.map(|_| *revision),
            None => current.get(key).copied(),
        };
        if !batch
            .expect
            .iter()
            .all(|(key, expected)| expected.holds(now(key)))
        {
            verdicts.push(Verdict::Conflict);
            continue;
        }
        let puts = batch.puts.iter().map(|(key, value)| (key, Some(value)));
        let mut keys = Vec::with_capacity(batch.puts.len() + batch.deletes.len());
        for (key, value) in puts.chain(batch.deletes.iter().map(|key| (key, None))) {
            writes.keys.insert(key, (value, revision));
            writes.changed.insert(key);
            keys.push(key.clone());
        }
        records.extend(batch.log.iter().cloned());
        verdicts.push(Verdict::Committed { revision, keys });
    }
    writes.chunks = pack(&records);
    (verdicts, writes)
}

/// The second round trip. All statements are sent at once; if one fails, the server refuses those after it and turns
/// the commit into a rollback.
async fn write(
    connection: &Prepared,
    writes: &Writes<'_>,
    mark: Revision,
    node: &[u8],
    hints: bool,
) -> Result<(), Error> {
    let (client, statements) = (connection.client(), &connection.statements);
    let (mut keys, mut values, mut revisions, mut deleted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (key, (value, revision)) in &writes.keys {
        match value {
            Some(value) => {
                keys.push(key.as_bytes());
                values.push(&value[..]);
                revisions.push(*revision as i64);
            }
            None => deleted.push(key.as_bytes()),
        }
    }
    let changed: Vec<Key> = writes.changed.iter().map(|&key| key.clone()).collect();
    let (mark, changed) = (mark as i64, feed::pack(&changed));
    let announced = async {
        client
            .execute(&statements.announce, &[&mark, &node, &changed])
            .await?;
        Ok(())
    };
    let put = async {
        if !keys.is_empty() {
            client
                .execute(&statements.put, &[&keys, &values, &revisions])
                .await?;
        }
        Ok(())
    };
    let delete = async {
        if !deleted.is_empty() {
            client.execute(&statements.delete, &[&deleted]).await?;
        }
        Ok(())
    };
    let append = async {
        if !writes.chunks.is_empty() {
            log::append(client, &statements.append, &writes.chunks).await?;
        }
        Ok(())
    };
    let commit = client.batch_execute(if hints { feed::NOTIFY_AND_COMMIT } else { "COMMIT" });
    let (announced, put, delete, append, commit): (Result<(), Error>, _, _, _, _) =
        join5(announced, put, delete, append, commit).await;
    announced.and(put).and(delete).and(append).and(commit)
}

async fn abandon(connection: &Prepared) -> Result<(), Failure> {
    let rolled_back = connection.client().batch_execute("ROLLBACK").await;
    rolled_back.map_err(|error| Failure::NotDone(unavailable(&error)))
}

/// Whether the transaction that left (or was to leave) this mark was committed.
async fn was_committed(connection: &Prepared, mark: Revision, node: &[u8]) -> Result<bool, Failure> {
    let (client, statements) = (connection.client(), &connection.statements);
    let (begun, locked) = join(
        client.batch_execute("BEGIN"),
        client.query_one(&statements.take_revisions, &[&0_i64]),
    )
    .await;
    let found = match begun.and(locked) {
        Ok(_) => {
            client
                .query_opt(&statements.was_announced, &[&(mark as i64), &node])
                .await
        }
        Err(error) => Err(error),
    };
    let ended = client.batch_execute("ROLLBACK").await;
    found
        .and_then(|found| ended.map(|()| found.is_some()))
        .map_err(|error| Failure::Unknown(StoreError::OutcomeUnknown(in_full(&error))))
}
