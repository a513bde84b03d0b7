//! The cache of decoded records.
//!
//! The danger of such a cache is the reader that loads an old value, is overtaken by a commit and its
//! invalidation, and then stores the old value for good. So every key hashes to a *stamp*: a reader notes the stamp
//! before it asks the backend, an invalidation raises the stamp, and a value is taken in only if its stamp is still
//! the noted one. Stamp and entry change under one lock.

use std::{
    any::Any,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use parking_lot::Mutex;
use quick_cache::{Weighter, sync::Cache};

use crate::{Key, Revision};

const STAMPS: usize = 1024;
/// What an entry costs beside its key and value: the map's slot, the reference counts.
const ENTRY_OVERHEAD: usize = 128;
/// An average entry, to dimension the map.
const TYPICAL_WEIGHT: u64 = 1024;

/// A decoded value of whatever type.
pub(crate) type Erased = Arc<dyn Any + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) revision: Revision,
    /// `None`: the key is known not to exist.
    pub(crate) value: Option<Erased>,
    pub(crate) encoded_len: usize,
}

/// What a reader notes before it asks the backend.
#[derive(Clone, Copy)]
pub(crate) struct Stamp(u64);

#[derive(Clone)]
struct ByEncodedLen;

impl Weighter<Key, Entry> for ByEncodedLen {
    fn weight(&self, key: &Key, entry: &Entry) -> u64 {
        (key.as_bytes().len() + entry.encoded_len + ENTRY_OVERHEAD) as u64
    }
}

pub(crate) struct DecodedCache {
    entries: Cache<Key, Entry, ByEncodedLen>,
    stamps: Box<[Mutex<u64>]>,
    hasher: RandomState,
}

impl DecodedCache {
    pub(crate) fn new(capacity_bytes: u64) -> Self {
        let typical = usize::try_from(capacity_bytes / TYPICAL_WEIGHT)
            .unwrap_or(usize::MAX)
            .max(16);
        Self {
            entries: Cache::with_weighter(typical, capacity_bytes, ByEncodedLen),
            stamps: (0..STAMPS).map(|_| Mutex::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Entry> {
        self.entries.get(key)
    }

    pub(crate) fn stamp(&self, key: &Key) -> Stamp {
        Stamp(*self.stamp_of(key).lock())
    }

    /// Takes a value in, unless the key was invalidated since the stamp was noted.
    pub(crate) fn insert(&self, key: &Key, stamp: Stamp, entry: Entry) {
        let current = self.stamp_of(key).lock();
        if *current == stamp.0 {
            self.entries.insert(key.clone(), entry);
        }
    }

    pub(crate) fn invalidate(&self, key: &Key) {
        let mut current = self.stamp_of(key).lock();
        *current += 1;
        self.entries.remove(key);
    }

    pub(crate) fn invalidate_all(&self) {
        for stamp in &self.stamps {
            *stamp.lock() += 1;
        }
        self.entries.clear();
    }

    fn stamp_of(&self, key: &Key) -> &Mutex<u64> {
        &self.stamps[self.hasher.hash_one(key) as usize % STAMPS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyBuilder;

    fn entry(revision: Revision) -> Entry {
        Entry {
            revision,
            value: Some(Arc::new(revision)),
            encoded_len: 8,
        }
    }

    #[test]
    fn a_value_read_before_an_invalidation_is_not_taken_in_after_it() {
        let cache = DecodedCache::new(1 << 20);
        let key = KeyBuilder::table("t", "t").str("a").finish();
        let before = cache.stamp(&key);
        cache.invalidate(&key);
        cache.insert(&key, before, entry(1));
        assert!(cache.get(&key).is_none());
        cache.insert(&key, cache.stamp(&key), entry(2));
        assert_eq!(cache.get(&key).unwrap().revision, 2);
        let before = cache.stamp(&key);
        cache.invalidate_all();
        cache.insert(&key, before, entry(2));
        assert!(cache.get(&key).is_none());
    }

    #[test]
    fn the_cache_stays_within_its_bytes() {
        let cache = DecodedCache::new(64 << 10);
        for number in 0..10_000 {
            let key = KeyBuilder::table("t", "t").u64(number).finish();
            cache.insert(&key, cache.stamp(&key), entry(1));
        }
        assert!(cache.entries.weight() <= 64 << 10);
    }
}
