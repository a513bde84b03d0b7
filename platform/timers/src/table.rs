//! The timers that wait.
//!
//! Two tables: `due` is ordered by the time at which a timer is to run, across all accounts, so that its first record
//! is the next one; `names` finds a timer by its service, kind, scope and id. They change together.

use haechi_core::Timestamp;
use haechi_store::{Cached, Id, Scope, Store, StoreError, Table, Txn};
use serde::{Deserialize, Serialize};

/// Something that is to happen at a time. Service, kind, scope and id name it: there is one timer of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// The service that owns it, such as `kms`.
    pub service: String,
    /// What is to happen, such as `delete-key`.
    pub kind: String,
    /// Where the thing is that it is about.
    pub scope: Scope,
    /// Which thing it is about, such as a key id.
    pub id: String,
    /// When it is to happen. Stays the same while a failed handler is tried again.
    pub due: Timestamp,
}

impl Timer {
    /// A timer, not yet scheduled.
    pub fn new(
        service: impl Into<String>,
        kind: impl Into<String>,
        scope: &Scope,
        id: impl Into<String>,
        due: Timestamp,
    ) -> Self {
        Self {
            service: service.into(),
            kind: kind.into(),
            scope: scope.clone(),
            id: id.into(),
            due,
        }
    }

    fn name(&self) -> (&str, &str, &str) {
        (&self.service, &self.kind, &self.id)
    }

    /// Where it stands in `due` if it is to run at a time: by time, then by name.
    fn place(&self, run_at_ms: i64) -> Id {
        let Scope {
            partition,
            account,
            region,
        } = &self.scope;
        let time = u64::try_from(run_at_ms).unwrap_or(0);
        Id::of(&(
            (time, &self.service, &self.kind),
            (partition, account, region),
            &self.id,
        ))
    }
}

/// A record of `due`: the timer is named by the key.
#[derive(Serialize, Deserialize)]
struct Waiting {
    due_ms: i64,
    /// How often its handler has failed.
    failures: u32,
}

/// A record of `names`.
#[derive(Serialize, Deserialize)]
struct Named {
    due_ms: i64,
    run_at_ms: i64,
}

const DUE: Table<Waiting> = Table::new("timers", "due", 1);
const NAMES: Table<Named> = Table::new("timers", "names", 1);

/// Schedules a timer; one that waits under the same name is replaced.
pub async fn schedule(txn: &Txn, timer: Timer) -> Result<(), StoreError> {
    place(txn, &timer, timer.due.as_millis(), 0).await
}

/// Cancels a timer; says whether it was waiting. A handler that runs at this moment is not stopped.
pub async fn cancel(
    txn: &Txn,
    service: &str,
    kind: &str,
    scope: &Scope,
    id: &str,
) -> Result<bool, StoreError> {
    let timer = Timer::new(service, kind, scope, id, Timestamp::from_millis(0));
    remove(txn, &timer).await
}

/// When a timer is due, if it waits.
pub async fn scheduled(
    txn: &Txn,
    service: &str,
    kind: &str,
    scope: &Scope,
    id: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let named = txn.get(&NAMES, scope, (service, kind, id)).await?;
    Ok(named.map(|named| Timestamp::from_millis(named.due_ms)))
}

async fn place(txn: &Txn, timer: &Timer, run_at_ms: i64, failures: u32) -> Result<(), StoreError> {
    remove(txn, timer).await?;
    let due_ms = timer.due.as_millis();
    txn.put(
        &DUE,
        &Scope::deployment(),
        timer.place(run_at_ms),
        &Waiting { due_ms, failures },
    )
    .await?;
    txn.put(&NAMES, &timer.scope, timer.name(), &Named { due_ms, run_at_ms })
        .await
}

async fn remove(txn: &Txn, timer: &Timer) -> Result<bool, StoreError> {
    let Some(named) = txn.get(&NAMES, &timer.scope, timer.name()).await? else {
        return Ok(false);
    };
    txn.delete(&DUE, &Scope::deployment(), timer.place(named.run_at_ms))
        .await?;
    txn.delete(&NAMES, &timer.scope, timer.name()).await?;
    Ok(true)
}

/// A timer as the runner met it.
pub(crate) struct Met {
    pub(crate) timer: Timer,
    /// When it is to run: later than due if its handler has failed.
    pub(crate) run_at: Timestamp,
    pub(crate) failures: u32,
    place: Id,
    revision: u64,
}

/// The timer that is to run first.
pub(crate) async fn first(store: &Store) -> Result<Option<Met>, StoreError> {
    let found = store.list_everywhere(&DUE, None, 1).await?;
    let Some((_, place, waiting)) = found.into_iter().next() else {
        return Ok(None);
    };
    match meet(&place, &waiting) {
        Some(met) => Ok(Some(met)),
        None => Err(StoreError::Corrupt {
            key: DUE.key(&Scope::deployment(), &place),
            reason: "its key is no timer's key".into(),
        }),
    }
}

fn meet(place: &Id, waiting: &Cached<Waiting>) -> Option<Met> {
    let run_at = i64::try_from(place.u64(0)?).ok()?;
    let text = |at| place.str(at);
    let scope = Scope::new(text(3)?, text(4)?, text(5)?);
    let due = Timestamp::from_millis(waiting.value.due_ms);
    let timer = Timer::new(text(1)?, text(2)?, &scope, text(6)?, due);
    let run_at = Timestamp::from_millis(run_at);
    Some(Met {
        timer,
        run_at,
        failures: waiting.value.failures,
        place: place.clone(),
        revision: waiting.revision,
    })
}

/// Whether a timer still waits as it was met; a handler may have scheduled it anew, or a user cancelled it.
async fn unchanged(txn: &Txn, met: &Met) -> Result<bool, StoreError> {
    let now = txn
        .get_with_revision(&DUE, &Scope::deployment(), &met.place)
        .await?;
    Ok(now.is_some_and(|now| now.revision == met.revision))
}

/// Takes a timer off the table after its handler has run.
pub(crate) async fn done(txn: &Txn, met: &Met) -> Result<(), StoreError> {
    if unchanged(txn, met).await? {
        remove(txn, &met.timer).await?;
    }
    Ok(())
}

/// Lets a timer run again later, after its handler has failed.
pub(crate) async fn postpone(txn: &Txn, met: &Met, run_at: Timestamp) -> Result<(), StoreError> {
    if unchanged(txn, met).await? {
        place(txn, &met.timer, run_at.as_millis(), met.failures + 1).await?;
    }
    Ok(())
}

/// The prefix of what changes when the next timer may be another.
pub(crate) fn watched() -> haechi_store::Key {
    DUE.root()
}
