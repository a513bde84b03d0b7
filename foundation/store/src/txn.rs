//! Transactions: optimistic, short, without locks.
//!
//! A transaction reads as it likes and gathers its writes. On commit the backend checks that every record it read
//! is still the one it read; if not, the whole closure runs again on fresh reads. So a transaction that commits
//! behaved as if it had run alone, and nothing is ever locked across an await.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::{
    Batch, Cached, CommitError, Direction, Expected, Id, Key, KeyPart, LogRecord, Record, Scope, Store,
    StoreError, Table, Versioned,
    store::{Freshness, decode_rows, under},
};

/// How often a transaction runs before it gives up.
const MAX_ATTEMPTS: u32 = 100;
const FIRST_PAUSE: Duration = Duration::from_micros(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// One unit of change, handed to the closure of [`Store::txn`]. Cheap to clone.
#[derive(Clone)]
pub struct Txn {
    store: Store,
    freshness: Freshness,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    reads: BTreeMap<Key, Expected>,
    /// `None` removes the key.
    writes: BTreeMap<Key, Option<Bytes>>,
    log: Vec<LogRecord>,
    /// Epochs of guarded collections that this transaction changed.
    epochs: HashSet<Key>,
    used_cache: bool,
}

impl Store {
    /// Runs a transaction: `f` reads and writes through the [`Txn`]; when it returns `Ok`, everything it wrote is
    /// committed and durable before the result is handed on. When it returns an error, nothing is written. When
    /// others changed what it had read, it runs again, so it must have no effects of its own.
    ///
    /// A transaction that writes nothing is not checked on commit: each of its reads was true at some moment.
    pub async fn txn<R, E, F, Fut>(&self, f: F) -> Result<R, E>
    where
        F: Fn(Txn) -> Fut + Send,
        Fut: Future<Output = Result<R, E>> + Send,
        R: Send,
        E: From<StoreError> + Send,
    {
        let mut freshness = Freshness::Cached;
        for attempt in 0..MAX_ATTEMPTS {
            let txn = Txn {
                store: self.clone(),
                freshness,
                state: Arc::default(),
            };
            let outcome = f(txn.clone()).await;
            let state = std::mem::take(&mut *txn.state.lock());
            let result = match outcome {
                Ok(result) => result,
                // What another node has just changed may have led to this error: look again before saying so.
                Err(_) if state.used_cache && !self.backend().is_exclusive() => {
                    freshness = Freshness::FromBackend;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match self.commit(state).await {
                Ok(()) => return Ok(result),
                Err(CommitError::Conflict) => {
                    freshness = Freshness::FromBackend;
                    pause(attempt).await;
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(StoreError::Contended {
            attempts: MAX_ATTEMPTS,
        }
        .into())
    }

    async fn commit(&self, state: State) -> Result<(), CommitError> {
        if state.writes.is_empty() && state.log.is_empty() {
            return Ok(());
        }
        let mut batch = Batch {
            expect: state.reads.into_iter().collect(),
            log: state.log,
            ..Batch::default()
        };
        for (key, write) in state.writes {
            match write {
                Some(value) => batch.puts.push((key, value)),
                None => batch.deletes.push(key),
            }
        }
        batch
            .puts
            .extend(state.epochs.into_iter().map(|epoch| (epoch, Bytes::new())));
        self.backend().commit(batch).await.map(drop)
    }
}

impl Txn {
    /// The store, for reads that the transaction should not depend on.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Reads a record; the transaction depends on it (or on its absence). Sees the transaction's own writes.
    pub async fn get<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        id: impl KeyPart,
    ) -> Result<Option<Arc<T>>, StoreError> {
        Ok(self
            .get_with_revision(table, scope, id)
            .await?
            .map(|found| found.value))
    }

    /// As [`Txn::get`], with the commit that wrote the record; 0 if this transaction did.
    pub async fn get_with_revision<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        id: impl KeyPart,
    ) -> Result<Option<Cached<T>>, StoreError> {
        let key = table.key(scope, &id);
        let own = self.state.lock().writes.get(&key).cloned();
        if let Some(own) = own {
            let decoded = own.map(|bytes| table.decode(&key, &bytes)).transpose()?;
            return Ok(decoded.map(|record| Cached {
                value: Arc::new(record),
                revision: 0,
            }));
        }
        let found = self.store.load(table, &key, self.freshness).await?;
        let expected = found
            .record
            .as_ref()
            .map_or(Expected::Absent, |record| Expected::Revision(record.revision));
        let mut state = self.state.lock();
        state.used_cache |= found.from_cache;
        state.reads.entry(key).or_insert(expected);
        Ok(found.record)
    }

    /// Reads at most `limit` records of a scope in the order of their ids, after an id. The transaction depends on
    /// the records it was given, but not on there being no further ones: see [`Txn::list_locked`].
    pub async fn list<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        after: Option<&Id>,
        limit: usize,
    ) -> Result<Vec<(Id, Arc<T>)>, StoreError> {
        self.list_under(table, scope, (), after, limit).await
    }

    /// As [`Txn::list`], of the records whose id begins with a prefix.
    pub async fn list_under<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        prefix: impl KeyPart,
        after: Option<&Id>,
        limit: usize,
    ) -> Result<Vec<(Id, Arc<T>)>, StoreError> {
        let range = under(table, scope, &prefix, after);
        let own: Vec<(Key, Option<Bytes>)> = {
            let state = self.state.lock();
            let from = Key::from_bytes(range.start.clone());
            let own = state
                .writes
                .range(from..)
                .take_while(|(key, _)| range.contains(key));
            own.map(|(key, write)| (key.clone(), write.clone())).collect()
        };
        let removed = own.iter().filter(|(_, write)| write.is_none()).count();
        let asked = limit.saturating_add(removed);
        let stored = self
            .store
            .backend()
            .range(&range, asked, Direction::Forward)
            .await?;
        let whole = stored.len() < asked;
        let mut state = self.state.lock();
        for (key, row) in &stored {
            if !state.writes.contains_key(key) {
                state
                    .reads
                    .entry(key.clone())
                    .or_insert(Expected::Revision(row.revision));
            }
        }
        drop(state);
        decode_rows(table, merge(stored, own, whole, limit), |(_, id), record| {
            (id, record.value)
        })
    }

    /// As [`Txn::list`] of everything in a scope of a [guarded](Table::guarded) table, and the transaction depends on
    /// no record being inserted or removed meanwhile: for limits ("at most 50,000 grants") and rules over a set.
    pub async fn list_locked<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
    ) -> Result<Vec<(Id, Arc<T>)>, StoreError> {
        self.depend_on_epoch(table, scope).await?;
        self.list(table, scope, None, crate::ALL).await
    }

    /// Makes the transaction depend on no record of a guarded table being inserted or removed in a scope meanwhile.
    pub async fn depend_on_epoch<T>(&self, table: &Table<T>, scope: &Scope) -> Result<(), StoreError> {
        if !table.is_guarded() {
            return Err(StoreError::Unguarded {
                service: table.service(),
                table: table.name(),
            });
        }
        let epoch = table.epoch_key(scope);
        let found = self.store.backend().get(&epoch).await?;
        self.state
            .lock()
            .reads
            .entry(epoch)
            .or_insert(Expected::of(found.as_ref()));
        Ok(())
    }

    /// Writes a record. A transaction that must not overwrite reads first: the absence it saw is then depended on.
    pub async fn put<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        id: impl KeyPart,
        record: &T,
    ) -> Result<(), StoreError> {
        let key = table.key(scope, &id);
        let bytes = table.encode(&key, record)?;
        self.write(table, scope, key, Some(bytes));
        Ok(())
    }

    /// Writes a record if there is none under its id, and says whether it did. The first run takes for granted that
    /// there is none and leaves it to the commit to find out, which saves those whose ids are new nearly always a read
    /// that finds nothing; the run after a conflict looks.
    pub async fn insert<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        id: impl KeyPart,
        record: &T,
    ) -> Result<bool, StoreError> {
        let key = table.key(scope, &id);
        let bytes = table.encode(&key, record)?;
        let looks = {
            let mut state = self.state.lock();
            let known = state.reads.contains_key(&key) || state.writes.contains_key(&key);
            let looks = known || self.freshness == Freshness::FromBackend;
            if !looks {
                state.reads.insert(key.clone(), Expected::Absent);
            }
            looks
        };
        if looks && self.get(table, scope, id).await?.is_some() {
            return Ok(false);
        }
        self.write(table, scope, key, Some(bytes));
        Ok(true)
    }

    /// Removes a record; one that does not exist is no error.
    pub async fn delete<T>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        id: impl KeyPart,
    ) -> Result<(), StoreError> {
        let key = table.key(scope, &id);
        self.write(table, scope, key, None);
        Ok(())
    }

    /// Adds a log record that is written if and only if the transaction commits.
    pub async fn log(&self, record: LogRecord) {
        self.state.lock().log.push(record);
    }

    fn write<T>(&self, table: &Table<T>, scope: &Scope, key: Key, value: Option<Bytes>) {
        let mut state = self.state.lock();
        let replaces = value.is_some() && matches!(state.reads.get(&key), Some(Expected::Revision(_)));
        if table.is_guarded() && !replaces {
            state.epochs.insert(table.epoch_key(scope));
        }
        state.writes.insert(key, value);
    }
}

/// What a range looks like with a transaction's own writes in it. `whole` says that `stored` reaches the range's end;
/// otherwise own writes behind its last key stay out, as stored records may lie between.
fn merge(
    stored: Vec<(Key, Versioned)>,
    own: Vec<(Key, Option<Bytes>)>,
    whole: bool,
    limit: usize,
) -> Vec<(Key, Versioned)> {
    let last = stored.last().map(|(key, _)| key.clone());
    let mut rows: BTreeMap<Key, Versioned> = stored.into_iter().collect();
    for (key, write) in own {
        match write {
            Some(value) if whole || last.as_ref().is_some_and(|last| key <= *last) => {
                rows.insert(key, Versioned { value, revision: 0 });
            }
            Some(_) => {}
            None => {
                rows.remove(&key);
            }
        }
    }
    rows.into_iter().take(limit).collect()
}

/// Waits a little longer after each attempt, and not as long as the others do.
async fn pause(attempt: u32) {
    /// Not a secret, only something that differs from caller to caller.
    static TURN: AtomicU64 = AtomicU64::new(0);
    let mut mixed = TURN.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let longest = LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.saturating_pow(attempt.min(16)));
    let share = (mixed >> 32) as u32 % 1024;
    tokio::time::sleep(longest * share / 1024).await;
}

#[cfg(test)]
mod tests;
