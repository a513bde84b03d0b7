//! Hearing of changes, so that what is derived from records (parsed policies, unsealed key material) can follow.

use std::sync::{Arc, Weak};

use parking_lot::RwLock;

use crate::{Key, Revision};

/// What happened below a watched prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// This key was written or removed.
    Key {
        /// The key.
        key: Key,
        /// The commit.
        revision: Revision,
    },
    /// The store was cut off from its database for a while; anything may have changed.
    Anything,
}

type Callback = Arc<dyn Fn(&Change) + Send + Sync>;

struct Watcher {
    number: u64,
    prefix: Key,
    callback: Callback,
}

#[derive(Default)]
struct List {
    next: u64,
    watchers: Vec<Watcher>,
}

#[derive(Default)]
pub(crate) struct Watchers(Arc<RwLock<List>>);

impl Watchers {
    pub(crate) fn add(&self, prefix: Key, callback: Callback) -> Subscription {
        let mut list = self.0.write();
        let number = list.next;
        list.next += 1;
        list.watchers.push(Watcher {
            number,
            prefix,
            callback,
        });
        Subscription {
            list: Arc::downgrade(&self.0),
            number,
        }
    }

    pub(crate) fn changed(&self, revision: Revision, keys: &[Key]) {
        let list = self.0.read();
        for watcher in &list.watchers {
            for key in keys
                .iter()
                .filter(|key| key.as_bytes().starts_with(watcher.prefix.as_bytes()))
            {
                (watcher.callback)(&Change::Key {
                    key: key.clone(),
                    revision,
                });
            }
        }
    }

    pub(crate) fn lost_track(&self) {
        for watcher in &self.0.read().watchers {
            (watcher.callback)(&Change::Anything);
        }
    }
}

/// Keeps a callback registered; dropping it ends that.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    list: Weak<RwLock<List>>,
    number: u64,
}

impl Subscription {
    /// Keeps the callback registered for the life of the store.
    pub fn forever(mut self) {
        self.list = Weak::new();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(list) = self.list.upgrade() {
            list.write()
                .watchers
                .retain(|watcher| watcher.number != self.number);
        }
    }
}
