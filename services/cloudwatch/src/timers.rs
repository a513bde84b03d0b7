//! Old values become coarser, then go: minutes are kept for fifteen days, hours for 455.
//!
//! Source: CloudWatch user guide, "Metrics retention". (AWS has buckets of five minutes between the two.)

use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::{Failure, Timestamp};
use haechi_store::{Id, Scope, Txn};
use haechi_timers::{HandlerError, Timer, TimerHandler, Timers, schedule, scheduled};

use crate::CloudWatch;
use crate::record::add;
use crate::series::start_and_unit;
use crate::store::{BUCKETS, Level, METRICS, dimension_key};

const SERVICE: &str = "cloudwatch";
const ROLL: &str = "roll";
const WHOLE: &str = "metrics";
const DAY_MS: i64 = 86_400_000;
const MINUTES_MS: i64 = 15 * DAY_MS;
const HOURS_MS: i64 = 455 * DAY_MS;
/// Records in one step.
const PAGE: usize = 500;

/// Says what happens when a timer of CloudWatch is due. To be called before the timers run.
pub fn register_timers(cloudwatch: &Arc<CloudWatch>, timers: &Timers) {
    timers.register(SERVICE, ROLL, Arc::new(Roll(Arc::clone(cloudwatch))));
}

/// Sees to it that the metrics of a scope are looked at once a day.
pub(crate) async fn wake(txn: &Txn, scope: &Scope, now: Timestamp) -> Result<(), Failure> {
    if scheduled(txn, SERVICE, ROLL, scope, WHOLE).await?.is_none() {
        let due = Timestamp::from_millis(now.as_millis() + DAY_MS);
        schedule(txn, Timer::new(SERVICE, ROLL, scope, WHOLE, due)).await?;
    }
    Ok(())
}

struct Roll(Arc<CloudWatch>);

#[async_trait]
impl TimerHandler for Roll {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        let (store, scope) = (&self.0.platform.store, &timer.scope);
        let now_ms = timer.due.as_millis();
        let mut after = None;
        loop {
            let metrics = store.list(&METRICS, scope, after.as_ref(), PAGE).await?;
            for (_, metric) in &metrics {
                self.roll(scope, &metric.id, Level::Minute, now_ms - MINUTES_MS)
                    .await?;
                self.roll(scope, &metric.id, Level::Hour, now_ms - HOURS_MS)
                    .await?;
                if metric.active_ms < now_ms - HOURS_MS {
                    let dimensions = dimension_key(&metric.dimensions);
                    let place = (
                        metric.namespace.as_str(),
                        metric.name.as_str(),
                        dimensions.as_str(),
                    );
                    store
                        .txn(|txn: Txn| async move { Ok::<_, Failure>(txn.delete(&METRICS, scope, place).await?) })
                        .await?;
                }
            }
            match metrics.last() {
                Some((last, _)) if metrics.len() == PAGE => after = Some(last.clone()),
                _ => break,
            }
        }
        let due = timer.due;
        store
            .txn(|txn: Txn| async move {
                let next = Timestamp::from_millis(due.as_millis() + DAY_MS);
                Ok::<_, Failure>(schedule(&txn, Timer::new(SERVICE, ROLL, scope, WHOLE, next)).await?)
            })
            .await?;
        Ok(())
    }
}

impl Roll {
    /// Takes away a metric's buckets of a level that begin before a time; minutes are added to their hours.
    async fn roll(&self, scope: &Scope, id: &str, level: Level, before_ms: i64) -> Result<(), Failure> {
        let before = before_ms.div_euclid(3_600_000) * 3_600;
        loop {
            let store = &self.0.platform.store;
            let rows = store
                .list_under(&BUCKETS, scope, (id, level.as_str()), None, PAGE)
                .await?;
            let old: Vec<(i64, String)> = rows
                .iter()
                .filter_map(|(place, _): &(Id, _)| start_and_unit(place))
                .filter(|(start, _)| *start < before)
                .collect();
            if old.is_empty() {
                return Ok(());
            }
            let old = &old;
            store
                .txn(|txn: Txn| async move {
                    for (start, unit) in old {
                        let place = (id, level.as_str(), start.unsigned_abs(), unit.as_str());
                        // Found again within the transaction: a second run must not count it twice.
                        let Some(bucket) = txn.get(&BUCKETS, scope, place).await? else {
                            continue;
                        };
                        txn.delete(&BUCKETS, scope, place).await?;
                        if level == Level::Minute {
                            let hour = start.unsigned_abs() / 3_600 * 3_600;
                            add(&txn, scope, id, Level::Hour, hour, unit, &bucket).await?;
                        }
                    }
                    Ok::<_, Failure>(())
                })
                .await?;
        }
    }
}
