//! What services hold.

use std::{fmt, ops::Deref, path::Path, sync::Arc};

use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::{
    Backend, Direction, Id, Key, KeyPart, KeyRange, Listener, LogPage, LogQuery, LogRecord, Record, Revision,
    Scope, StoreError, Subscription, Table, Versioned,
    cache::{DecodedCache, Entry, Erased},
    log,
    watch::{Change, Watchers},
};

/// The most records that a cached collection may hold; greater ones are read with [`Store::list`].
const MAX_CACHED_COLLECTION: usize = 10_000;
const PAGE: usize = 1_000;

/// A decoded record with the commit that wrote it: what is derived from it is good as long as the revision is.
pub struct Cached<T> {
    /// The record.
    pub value: Arc<T>,
    /// The commit that wrote it.
    pub revision: Revision,
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            revision: self.revision,
        }
    }
}

impl<T> Deref for Cached<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Cached<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("value", &self.value)
            .field("revision", &self.revision)
            .finish()
    }
}

/// How a store is dimensioned.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The room for decoded records, counted in their encoded bytes.
    pub cache_bytes: u64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 32 << 20,
        }
    }
}

/// Typed access to a backend. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    backend: Arc<dyn Backend>,
    heard: Arc<Heard>,
}

/// What has to follow a change.
struct Heard {
    cache: DecodedCache,
    watchers: Watchers,
    revision: watch::Sender<Revision>,
}

impl Listener for Heard {
    fn changed(&self, revision: Revision, keys: &[Key]) {
        for key in keys {
            self.cache.invalidate(key);
            for collection in key.collections() {
                self.cache.invalidate(&collection_entry(&collection));
            }
        }
        self.watchers.changed(revision, keys);
        self.revision.send_if_modified(|last| {
            let newer = revision > *last;
            *last = (*last).max(revision);
            newer
        });
    }

    fn lost_track(&self) {
        self.cache.invalidate_all();
        self.watchers.lost_track();
        self.revision.send_modify(|_| ());
    }
}

/// Whether a read may be answered by the cache.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    Cached,
    FromBackend,
}

/// What a read found, and whether it came from the cache.
pub(crate) struct Found<T> {
    pub(crate) record: Option<Cached<T>>,
    pub(crate) from_cache: bool,
}

impl Store {
    /// A store on a backend, with the default dimensions.
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self::with_options(backend, &StoreOptions::default())
    }

    /// A store on a backend.
    pub fn with_options(backend: Arc<dyn Backend>, options: &StoreOptions) -> Self {
        let heard = Arc::new(Heard {
            cache: DecodedCache::new(options.cache_bytes),
            watchers: Watchers::default(),
            revision: watch::Sender::new(0),
        });
        backend.listen(heard.clone());
        Self(Arc::new(Inner { backend, heard }))
    }

    /// The backend below.
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.0.backend
    }

    /// Reads a record through the cache. On a database shared by several nodes it may be as old as the change feed
    /// (a quarter of a second); what does not exist is never answered from such a cache.
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

    /// As [`Store::get`], with the commit that wrote the record.
    pub async fn get_with_revision<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        id: impl KeyPart,
    ) -> Result<Option<Cached<T>>, StoreError> {
        let key = table.key(scope, &id);
        Ok(self.load(table, &key, Freshness::Cached).await?.record)
    }

    /// The commit that wrote a record, if the cache holds it and may answer: what was derived from the record at this
    /// revision is still good. `None` says nothing; ask [`Store::get_with_revision`] then.
    pub fn cached_revision(&self, key: &Key) -> Option<Revision> {
        if !self.0.backend.is_current() {
            return None;
        }
        let entry = self.0.heard.cache.get(key)?;
        entry.value.is_some().then_some(entry.revision)
    }

    /// Reads a record past the cache: as new as the database has it.
    pub async fn get_fresh<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        id: impl KeyPart,
    ) -> Result<Option<Cached<T>>, StoreError> {
        let key = table.key(scope, &id);
        Ok(self.load(table, &key, Freshness::FromBackend).await?.record)
    }

    /// Reads at most `limit` records of a scope in the order of their ids, after an id.
    pub async fn list<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        after: Option<&Id>,
        limit: usize,
    ) -> Result<Vec<(Id, Arc<T>)>, StoreError> {
        self.list_under(table, scope, (), after, limit).await
    }

    /// Reads at most `limit` records whose id begins with a prefix (`"key-1"` for ids `("key-1", "grant-1")`).
    pub async fn list_under<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        prefix: impl KeyPart,
        after: Option<&Id>,
        limit: usize,
    ) -> Result<Vec<(Id, Arc<T>)>, StoreError> {
        let range = under(table, scope, &prefix, after);
        let rows = self.0.backend.range(&range, limit, Direction::Forward).await?;
        decode_rows(table, rows, |(_, id), record| (id, record.value))
    }

    /// Reads at most `limit` records of a table in all accounts and Regions, after a key.
    pub async fn list_everywhere<T: DeserializeOwned>(
        &self,
        table: &Table<T>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Scope, Id, Cached<T>)>, StoreError> {
        let mut range = table.root().subtree();
        if let Some(after) = after {
            range = range.after(after);
        }
        let rows = self.0.backend.range(&range, limit, Direction::Forward).await?;
        decode_rows(table, rows, |(scope, id), record| (scope, id, record))
    }

    /// All records below a prefix through the cache: for small collections on hot paths (the grants of a key, the
    /// policies of a role). Any change below the prefix renews it. An error if there are more than ten thousand.
    pub async fn collection<T: Record>(
        &self,
        table: &Table<T>,
        scope: &Scope,
        prefix: impl KeyPart,
    ) -> Result<Arc<Vec<(Id, Cached<T>)>>, StoreError> {
        let top = table.key(scope, &prefix);
        let key = collection_entry(&top);
        let cache = &self.0.heard.cache;
        if self.0.backend.is_current()
            && let Some(value) = cache.get(&key).and_then(|entry| entry.value)
            && let Ok(found) = value.downcast()
        {
            return Ok(found);
        }
        let stamp = cache.stamp(&key);
        let (records, encoded_len, revision) = self.read_collection(table, &top).await?;
        let records = Arc::new(records);
        let value: Erased = records.clone();
        cache.insert(
            &key,
            stamp,
            Entry {
                revision,
                value: Some(value),
                encoded_len,
            },
        );
        Ok(records)
    }

    async fn read_collection<T: Record>(
        &self,
        table: &Table<T>,
        top: &Key,
    ) -> Result<(Vec<(Id, Cached<T>)>, usize, Revision), StoreError> {
        let mut records = Vec::new();
        let (mut encoded_len, mut newest) = (0, 0);
        let mut range = top.subtree();
        loop {
            let rows = self.0.backend.range(&range, PAGE, Direction::Forward).await?;
            let full = rows.len() == PAGE;
            if let Some((last, _)) = rows.last() {
                range = range.after(last);
            }
            encoded_len += rows
                .iter()
                .map(|(key, row)| key.as_bytes().len() + row.value.len())
                .sum::<usize>();
            newest = rows
                .iter()
                .map(|(_, row)| row.revision)
                .fold(newest, Revision::max);
            records.extend(decode_rows(table, rows, |(_, id), record| (id, record))?);
            if !full {
                return Ok((records, encoded_len, newest));
            }
            if records.len() >= MAX_CACHED_COLLECTION {
                let reason = format!("it has more than {MAX_CACHED_COLLECTION} records");
                return Err(StoreError::Corrupt {
                    key: top.clone(),
                    reason,
                });
            }
        }
    }

    /// Appends to the event log; returns when it is durable.
    pub async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        self.0.backend.append(records).await
    }

    /// Reads a page of the event log.
    pub async fn scan(&self, query: &LogQuery<'_>) -> Result<LogPage, StoreError> {
        log::scan(self.0.backend.as_ref(), query).await
    }

    /// Removes log records that are older than `before_ms` from every stream whose name begins with the prefix.
    /// Records are removed in chunks, so that a few may stay a little longer.
    pub async fn expire(&self, stream_prefix: &str, before_ms: i64) -> Result<u64, StoreError> {
        self.0.backend.expire(stream_prefix, before_ms).await
    }

    /// Calls back on every change below a prefix (see [`Table::root`], [`Table::scope_key`]): for a commit of this
    /// process before its caller hears of it, for one of another node as soon as the change feed brings it.
    /// The callback must be quick and must not call the store.
    pub fn on_change(
        &self,
        prefix: &Key,
        callback: impl Fn(&Change) + Send + Sync + 'static,
    ) -> Subscription {
        self.0.heard.watchers.add(prefix.clone(), Arc::new(callback))
    }

    /// The newest commit that this process has heard of; changes with every commit.
    pub fn revision_signal(&self) -> watch::Receiver<Revision> {
        self.0.heard.revision.subscribe()
    }

    /// Writes a consistent copy to a new file while the store is in use.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.0.backend.backup(to).await
    }

    /// Asks the database to examine itself; returns what it found wrong.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.0.backend.integrity_check().await
    }

    pub(crate) async fn load<T: Record>(
        &self,
        table: &Table<T>,
        key: &Key,
        freshness: Freshness,
    ) -> Result<Found<T>, StoreError> {
        let backend = &self.0.backend;
        let cache = &self.0.heard.cache;
        if freshness == Freshness::Cached
            && backend.is_current()
            && let Some(found) = cache.get(key).and_then(cached)
        {
            return Ok(found);
        }
        let stamp = cache.stamp(key);
        let Some(row) = backend.get(key).await? else {
            if backend.is_exclusive() {
                cache.insert(
                    key,
                    stamp,
                    Entry {
                        revision: 0,
                        value: None,
                        encoded_len: 0,
                    },
                );
            }
            return Ok(Found {
                record: None,
                from_cache: false,
            });
        };
        let value = Arc::new(table.decode(key, &row.value)?);
        let erased: Erased = value.clone();
        let entry = Entry {
            revision: row.revision,
            value: Some(erased),
            encoded_len: row.value.len(),
        };
        cache.insert(key, stamp, entry);
        Ok(Found {
            record: Some(Cached {
                value,
                revision: row.revision,
            }),
            from_cache: false,
        })
    }
}

/// What a cache entry says, unless it is of another type.
fn cached<T: Record>(entry: Entry) -> Option<Found<T>> {
    let revision = entry.revision;
    let record = match entry.value {
        Some(value) => Some(Cached {
            value: value.downcast().ok()?,
            revision,
        }),
        None => None,
    };
    Some(Found {
        record,
        from_cache: true,
    })
}

/// Where the cache keeps a whole collection: a key that no record has.
fn collection_entry(collection: &Key) -> Key {
    Key::from_bytes(collection.subtree().end)
}

/// The range of the records below a prefix, after an id.
pub(crate) fn under<T>(
    table: &Table<T>,
    scope: &Scope,
    prefix: &impl KeyPart,
    after: Option<&Id>,
) -> KeyRange {
    let range = table.key(scope, prefix).subtree();
    match after {
        Some(after) => range.after(&table.key(scope, after)),
        None => range,
    }
}

pub(crate) fn decode_rows<T: DeserializeOwned, R>(
    table: &Table<T>,
    rows: Vec<(Key, Versioned)>,
    make: impl Fn((Scope, Id), Cached<T>) -> R,
) -> Result<Vec<R>, StoreError> {
    rows.into_iter()
        .map(|(key, row)| {
            let place = key.scope_and_id().ok_or_else(|| StoreError::Corrupt {
                key: key.clone(),
                reason: "its key is no table's key".into(),
            })?;
            let value = Arc::new(table.decode(&key, &row.value)?);
            Ok(make(
                place,
                Cached {
                    value,
                    revision: row.revision,
                },
            ))
        })
        .collect()
}
