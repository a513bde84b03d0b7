//! Values come in: from clients and from other services.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haechi_core::telemetry::{MetricDatum, MetricSink};
use haechi_core::{AccountId, Failure, Region};
use haechi_store::{Scope, Txn};

use crate::CloudWatch;
use crate::bucket::Bucket;
use crate::store::{BUCKETS, Level, METRICS, Metric, dimension_key};
use crate::timers;

const HOUR_MS: i64 = 3_600_000;
/// Values that go into one transaction.
const BATCH: usize = 500;

/// A metric's values within a minute, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) dimensions: Vec<(String, String)>,
    pub(crate) at_ms: i64,
    pub(crate) unit: String,
    pub(crate) bucket: Bucket,
}

#[async_trait]
impl MetricSink for CloudWatch {
    async fn record(
        &self,
        account: &AccountId,
        region: &Region,
        data: Vec<MetricDatum>,
    ) -> Result<(), Failure> {
        let entry = |datum: MetricDatum| Entry {
            bucket: Bucket::of_set(datum.sum, datum.samples, datum.minimum, datum.maximum),
            namespace: datum.namespace,
            name: datum.name,
            dimensions: datum.dimensions,
            at_ms: datum.at_ms,
            unit: datum.unit.to_owned(),
        };
        let entries: Vec<Entry> = data.into_iter().map(entry).collect();
        self.take(&region.scope(account), entries).await
    }
}

impl CloudWatch {
    /// Adds entries to the metrics of a scope.
    pub(crate) async fn take(&self, scope: &Scope, entries: Vec<Entry>) -> Result<(), Failure> {
        for batch in entries.chunks(BATCH) {
            let merged = &merge(batch);
            let ids: &Vec<String> = &merged.iter().map(|_| self.platform.random.uuid()).collect();
            let now = self.platform.now();
            self.platform
                .store
                .txn(|txn: Txn| async move {
                    for (entry, id) in merged.iter().zip(ids) {
                        write(&txn, scope, entry, id, now.as_millis()).await?;
                    }
                    timers::wake(&txn, scope, now).await
                })
                .await?;
        }
        Ok(())
    }
}

/// Namespace, name, dimensions, minute, unit.
type Place = (String, String, Vec<(String, String)>, i64, String);

/// One entry per metric, minute and unit, dimensions in order.
fn merge(batch: &[Entry]) -> Vec<Entry> {
    let mut merged: BTreeMap<Place, Bucket> = BTreeMap::new();
    for entry in batch {
        let mut dimensions = entry.dimensions.clone();
        dimensions.sort();
        let minute_ms = entry.at_ms.div_euclid(60_000) * 60_000;
        let key = (
            entry.namespace.clone(),
            entry.name.clone(),
            dimensions,
            minute_ms,
            entry.unit.clone(),
        );
        merged
            .entry(key)
            .and_modify(|held| held.absorb(&entry.bucket))
            .or_insert_with(|| entry.bucket.clone());
    }
    let entry = |((namespace, name, dimensions, at_ms, unit), bucket)| Entry {
        namespace,
        name,
        dimensions,
        at_ms,
        unit,
        bucket,
    };
    merged.into_iter().map(entry).collect()
}

async fn write(txn: &Txn, scope: &Scope, entry: &Entry, new_id: &str, now_ms: i64) -> Result<(), Failure> {
    let dimensions = dimension_key(&entry.dimensions);
    let place = (entry.namespace.as_str(), entry.name.as_str(), dimensions.as_str());
    let found = txn.get(&METRICS, scope, place).await?;
    let id = match &found {
        Some(metric) if now_ms - metric.active_ms < HOUR_MS => metric.id.clone(),
        found => {
            let metric = Metric {
                id: found
                    .as_ref()
                    .map_or_else(|| new_id.to_owned(), |metric| metric.id.clone()),
                namespace: entry.namespace.clone(),
                name: entry.name.clone(),
                dimensions: entry.dimensions.clone(),
                active_ms: now_ms.div_euclid(HOUR_MS) * HOUR_MS,
            };
            txn.put(&METRICS, scope, place, &metric).await?;
            metric.id
        }
    };
    let start = u64::try_from(entry.at_ms / 1_000).unwrap_or_default();
    add(txn, scope, &id, Level::Minute, start, &entry.unit, &entry.bucket).await
}

/// Adds to a bucket.
pub(crate) async fn add(
    txn: &Txn,
    scope: &Scope,
    id: &str,
    level: Level,
    start: u64,
    unit: &str,
    bucket: &Bucket,
) -> Result<(), Failure> {
    let place = (id, level.as_str(), start, unit);
    let whole = match txn.get(&BUCKETS, scope, place).await? {
        None => bucket.clone(),
        Some(held) => {
            let mut whole = held.as_ref().clone();
            whole.absorb(bucket);
            whole
        }
    };
    Ok(txn.put(&BUCKETS, scope, place, &whole).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_minute_are_one_bucket_whatever_the_order_of_dimensions() {
        let entry = |at_ms, dimensions: [(&str, &str); 2], value| Entry {
            namespace: "N".into(),
            name: "m".into(),
            dimensions: dimensions
                .map(|(name, value)| (name.into(), value.into()))
                .to_vec(),
            at_ms,
            unit: "None".into(),
            bucket: Bucket::of_values(vec![(value, 1.0)]),
        };
        let merged = merge(&[
            entry(60_000, [("a", "1"), ("b", "2")], 1.0),
            entry(119_999, [("b", "2"), ("a", "1")], 2.0),
            entry(120_000, [("a", "1"), ("b", "2")], 3.0),
        ]);
        assert_eq!(merged.len(), 2);
        assert_eq!((merged[0].at_ms, merged[0].bucket.sum), (60_000, 3.0));
    }

    #[test]
    fn dimensions_do_not_run_into_each_other() {
        let key = |name: &str, value: &str| dimension_key(&[(name.into(), value.into())]);
        assert_ne!(
            key("a", "1;1:b=2"),
            dimension_key(&[("a".into(), "1".into()), ("b".into(), "2".into())])
        );
        assert_ne!(key("a=", "b"), key("a", "=b"));
    }
}
