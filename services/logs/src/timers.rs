//! What falls due: events that outlive their group's retention, and the events of what was deleted.
//!
//! Readers leave expired events out to the millisecond; a timer frees their room once a day.

use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::{Failure, Timestamp};
use haechi_store::{Scope, Txn};
use haechi_timers::{HandlerError, Timer, TimerHandler, Timers, cancel, schedule};

use crate::Logs;
use crate::model::Group;
use crate::store::{GROUPS, group_log};

const SERVICE: &str = "logs";
const RETENTION: &str = "retention";
const PURGE: &str = "purge";
const DAY_MS: i64 = 86_400_000;

/// Says what happens when a timer of CloudWatch Logs is due. To be called before the timers run.
pub fn register_timers(logs: &Arc<Logs>, timers: &Timers) {
    timers.register(SERVICE, RETENTION, Arc::new(Retention(Arc::clone(logs))));
    timers.register(SERVICE, PURGE, Arc::new(Purge(Arc::clone(logs))));
}

/// Schedules what the group's retention asks for.
pub(crate) async fn follow(txn: &Txn, scope: &Scope, group: &Group, now: Timestamp) -> Result<(), Failure> {
    match group.retention_days {
        Some(_) => {
            let due = Timestamp::from_millis(now.as_millis() + DAY_MS);
            let timer = Timer::new(SERVICE, RETENTION, scope, group.name.as_str(), due);
            schedule(txn, timer).await?;
        }
        None => {
            cancel(txn, SERVICE, RETENTION, scope, &group.name).await?;
        }
    }
    Ok(())
}

/// Schedules the removal of all events in the logs whose name begins with `log`.
pub(crate) async fn purge(txn: &Txn, scope: &Scope, log: String, now: Timestamp) -> Result<(), Failure> {
    Ok(schedule(txn, Timer::new(SERVICE, PURGE, scope, log, now)).await?)
}

/// Takes the timer of a group off: the group is gone.
pub(crate) async fn forget(txn: &Txn, scope: &Scope, group: &Group) -> Result<(), Failure> {
    cancel(txn, SERVICE, RETENTION, scope, &group.name).await?;
    Ok(())
}

struct Retention(Arc<Logs>);

#[async_trait]
impl TimerHandler for Retention {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        let store = &self.0.platform.store;
        let Some(group) = store.get(&GROUPS, &timer.scope, timer.id.as_str()).await? else {
            return Ok(());
        };
        store
            .expire(&group_log(&group.id), group.floor_ms(timer.due.as_millis()))
            .await?;
        let (scope, name, due) = (&timer.scope, timer.id.as_str(), timer.due);
        store
            .txn(|txn: Txn| async move {
                match txn.get(&GROUPS, scope, name).await? {
                    Some(group) => follow(&txn, scope, &group, due).await,
                    None => Ok(()),
                }
            })
            .await?;
        Ok(())
    }
}

struct Purge(Arc<Logs>);

#[async_trait]
impl TimerHandler for Purge {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        self.0.platform.store.expire(&timer.id, i64::MAX).await?;
        Ok(())
    }
}
