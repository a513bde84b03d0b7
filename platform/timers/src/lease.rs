//! A lease: of all nodes on one store, one at a time.
//!
//! The lease is a record that its holder renews. No clock of one machine is compared with that of another: a
//! contender takes the lease over when it has seen the *same revision* of the record for longer than the lease lasts,
//! by its own monotonic clock. Each change of hands raises the *epoch*; whoever acts under a lease reads the epoch in
//! the transaction of the act ([`Lease::fence`]), so that a holder that was asleep and does not know that it was
//! deposed can't commit anything.

use std::time::Duration;

use haechi_store::{Scope, Store, StoreError, Table, Txn};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How long a holder may be silent.
const LASTS: Duration = Duration::from_secs(9);
/// How often it should renew.
pub const RENEW_EVERY: Duration = Duration::from_secs(3);

#[derive(Serialize, Deserialize)]
struct Held {
    /// `None`: given up.
    holder: Option<String>,
    epoch: u64,
    /// Counts renewals, so that each of them changes the record's revision.
    beat: u64,
}

const LEASES: Table<Held> = Table::new("timers", "leases", 1);

/// One node's view of a lease.
pub struct Lease {
    store: Store,
    name: String,
    node: String,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The revision of another node's lease, and since when it has been the same.
    of_other: Option<(u64, Instant)>,
}

/// The right to act, as of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch(u64);

/// Whether what is done under a lease may be committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fenced {
    /// The lease is still ours.
    Holds,
    /// Another node has it.
    Lost,
}

impl Lease {
    /// A lease by its name; `node` must differ from node to node.
    pub fn new(store: Store, name: impl Into<String>, node: impl Into<String>) -> Self {
        Self {
            store,
            name: name.into(),
            node: node.into(),
            seen: Mutex::default(),
        }
    }

    /// Takes or renews the lease; `None` while another node has it. To be called every [`RENEW_EVERY`].
    pub async fn renew(&self) -> Result<Option<Epoch>, StoreError> {
        let found = self
            .store
            .get_fresh(&LEASES, &Scope::deployment(), &self.name)
            .await?;
        if let Some(found) = &found
            && let Some(holder) = &found.value.holder
            && *holder != self.node
            && !self.is_silent(found.revision)
        {
            return Ok(None);
        }
        let met = found.as_ref().map(|found| found.revision);
        self.store
            .txn(|t: Txn| async move { self.take(&t, met).await })
            .await
    }

    /// Gives the lease up, so that another node can take it without waiting.
    pub async fn release(&self) -> Result<(), StoreError> {
        self.store
            .txn(|t: Txn| async move {
                match t.get(&LEASES, &Scope::deployment(), &self.name).await? {
                    Some(held) if held.holder.as_deref() == Some(&self.node) => {
                        let free = Held {
                            holder: None,
                            epoch: held.epoch,
                            beat: held.beat + 1,
                        };
                        t.put(&LEASES, &Scope::deployment(), &self.name, &free).await
                    }
                    _ => Ok(()),
                }
            })
            .await
    }

    /// Whether the lease is still that of an epoch; the transaction then depends on it.
    pub async fn fence(&self, txn: &Txn, epoch: Epoch) -> Result<Fenced, StoreError> {
        let held = txn.get(&LEASES, &Scope::deployment(), &self.name).await?;
        let holds =
            held.is_some_and(|held| held.epoch == epoch.0 && held.holder.as_deref() == Some(&self.node));
        Ok(if holds { Fenced::Holds } else { Fenced::Lost })
    }

    /// Writes ourselves as the holder, unless the record is no longer the one that was met.
    async fn take(&self, txn: &Txn, met: Option<u64>) -> Result<Option<Epoch>, StoreError> {
        let held = txn
            .get_with_revision(&LEASES, &Scope::deployment(), &self.name)
            .await?;
        if held.as_ref().map(|held| held.revision) != met {
            return Ok(None);
        }
        let (epoch, beat) = match held.map(|held| held.value) {
            None => (1, 0),
            Some(held) if held.holder.as_deref() == Some(&self.node) => (held.epoch, held.beat + 1),
            Some(held) => (held.epoch + 1, held.beat + 1),
        };
        let ours = Held {
            holder: Some(self.node.clone()),
            epoch,
            beat,
        };
        txn.put(&LEASES, &Scope::deployment(), &self.name, &ours).await?;
        Ok(Some(Epoch(epoch)))
    }

    /// Whether another holder has not renewed for so long that it must be gone. Where no other process can be, whoever
    /// held the lease is gone for certain.
    fn is_silent(&self, revision: u64) -> bool {
        if self.store.backend().is_exclusive() {
            return true;
        }
        let mut seen = self.seen.lock();
        match seen.of_other {
            Some((same, since)) if same == revision => since.elapsed() >= LASTS,
            _ => {
                seen.of_other = Some((revision, Instant::now()));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
