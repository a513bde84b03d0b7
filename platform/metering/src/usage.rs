//! What AWS would charge for, by account, Region and month.
//!
//! Requests are counted in memory and added to the store every few seconds and when the server stops: what a crash
//! takes with it are the last seconds. Keys are not counted as they come and go; the time that each existed is added
//! up from the store now and then, up to a moment that is stored beside it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haechi_core::{AccountId, Call, Failure, Region, Timestamp};
use haechi_store::{Scope, Store, StoreError, Table, Txn};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::bill_class::{BillClass, Told, told};
use crate::month::Month;

/// Usage of an account in a Region: by month.
const USAGE: Table<MonthUsage> = Table::new("metering", "usage", 1);
/// Up to when the time of keys has been added, in ms since the epoch.
const KEYS_COUNTED: Table<i64> = Table::new("metering", "keys-counted", 1);
const CURRENT: &str = "current";
/// Records that are read at once.
const PAGE: usize = 1_000;

/// What was used in one month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthUsage {
    /// Requests by the usage type's suffix; see [`BillClass::usage_type`].
    pub requests: BTreeMap<String, u64>,
    /// Milliseconds that customer keys existed, each key and each of its billed rotations by itself.
    pub key_ms: u64,
}

/// [`MonthUsage`] with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLine {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// What it used.
    pub usage: MonthUsage,
}

/// The time that keys existed since it was last added up, while it is being added up.
#[derive(Debug)]
pub struct KeyTime {
    /// Up to when it was added before; `None` if it never was.
    counted_ms: Option<i64>,
    now_ms: i64,
    added: FxHashMap<Place, u64>,
}

/// Knows the lengths of RSA keys. KMS answers, through the binary.
#[async_trait]
pub trait RsaKeys: Send + Sync {
    /// The price of a request to the key with this ARN, which may be of any kind.
    async fn class(&self, arn: &str) -> Result<BillClass, Failure>;
}

type Place = (Month, AccountId, Region);

#[derive(Default)]
struct Pending {
    classes: FxHashMap<(Place, BillClass), u64>,
    rsa: FxHashMap<(Place, String), u64>,
}

/// Counts what costs.
#[derive(Default)]
pub struct Usage {
    pending: Mutex<Pending>,
}

impl Usage {
    /// Counts a call that succeeded.
    pub fn count(&self, call: &Call) {
        let (Some(told), Some(month)) = (told(call), Month::of(call.time)) else {
            return;
        };
        let place = (month, call.account.clone(), call.region.clone());
        match told {
            Told::Class(class) => *self.pending.lock().classes.entry((place, class)).or_default() += 1,
            Told::Rsa => {
                let key = call.with_audit_notes(|notes| {
                    let first = notes.resources.first();
                    first.map_or(String::new(), |found| found.arn.clone())
                });
                *self.pending.lock().rsa.entry((place, key)).or_default() += 1;
            }
        }
    }

    /// Adds what was counted to the store. If the store fails, it is counted again the next time.
    pub async fn flush(&self, store: &Store, keys: &dyn RsaKeys) -> Result<(), Failure> {
        let pending = std::mem::take(&mut *self.pending.lock());
        let mut classes = pending.classes;
        for ((place, arn), calls) in pending.rsa {
            let class = keys.class(&arn).await.unwrap_or(BillClass::Rsa2048);
            *classes.entry((place, class)).or_default() += calls;
        }
        let mut by_place: BTreeMap<Place, MonthUsage> = BTreeMap::new();
        for ((place, class), calls) in &classes {
            let usage = by_place.entry(place.clone()).or_default();
            *usage.requests.entry(class.usage_type().to_owned()).or_default() += calls;
        }
        let added = &by_place;
        let adding = store.txn(|txn| async move { add(&txn, added).await });
        if let Err(error) = adding.await {
            let mut pending = self.pending.lock();
            for (key, calls) in classes {
                *pending.classes.entry(key).or_default() += calls;
            }
            return Err(error.into());
        }
        Ok(())
    }

    /// Begins to add up the time that keys existed up to `now`; `None` if less than `every_ms` have passed since it was
    /// last done.
    pub async fn key_time(
        &self,
        store: &Store,
        now: Timestamp,
        every_ms: i64,
    ) -> Result<Option<KeyTime>, Failure> {
        let counted = store.get(&KEYS_COUNTED, &Scope::deployment(), CURRENT).await?;
        let counted_ms = counted.map(|counted| *counted);
        let now_ms = now.as_millis();
        let due = counted_ms.is_none_or(|counted| now_ms - counted >= every_ms);
        Ok(due.then(|| KeyTime {
            counted_ms,
            now_ms,
            added: FxHashMap::default(),
        }))
    }

    /// Adds the time of keys to the store. Of several nodes that do it at once each moment is counted by one.
    pub async fn add_key_time(&self, store: &Store, time: KeyTime) -> Result<(), Failure> {
        let mut added: BTreeMap<Place, MonthUsage> = BTreeMap::new();
        for (place, key_ms) in time.added {
            added.entry(place).or_default().key_ms = key_ms;
        }
        let added = &added;
        let adding = store.txn(|txn| async move {
            let everywhere = Scope::deployment();
            let counted = txn.get(&KEYS_COUNTED, &everywhere, CURRENT).await?;
            if counted.map(|counted| *counted) != time.counted_ms {
                return Ok(());
            }
            add(&txn, added).await?;
            txn.put(&KEYS_COUNTED, &everywhere, CURRENT, &time.now_ms).await
        });
        adding.await.map_err(|error: StoreError| error.into())
    }

    /// What was used in a month, by account and Region.
    pub async fn of_month(&self, store: &Store, month: Month) -> Result<Vec<UsageLine>, Failure> {
        let wanted = haechi_store::Id::of(&month.to_string());
        let (mut lines, mut after) = (Vec::new(), None);
        loop {
            let found = store.list_everywhere(&USAGE, after.as_ref(), PAGE).await?;
            lines.extend(
                found
                    .iter()
                    .filter(|(_, id, _)| *id == wanted)
                    .map(|(scope, _, usage)| UsageLine {
                        account: scope.account.clone(),
                        region: scope.region.clone(),
                        usage: usage.value.as_ref().clone(),
                    }),
            );
            match found.last() {
                Some((scope, id, _)) if found.len() == PAGE => after = Some(USAGE.key(scope, id)),
                _ => return Ok(lines),
            }
        }
    }
}

impl KeyTime {
    /// Adds a key of an account and Region that costs from each of these times on, in ms since the epoch: its own and
    /// those of its billed rotations.
    pub fn add(&mut self, account: &AccountId, region: &Region, since_ms: &[i64]) {
        for since in since_ms {
            let from = self.counted_ms.unwrap_or(i64::MIN).max(*since);
            for month in Month::touched(from, self.now_ms) {
                let time = month.share_ms(from, self.now_ms);
                let place = (month, account.clone(), region.clone());
                *self.added.entry(place).or_default() += time;
            }
        }
    }
}

async fn add(txn: &Txn, added: &BTreeMap<Place, MonthUsage>) -> Result<(), StoreError> {
    for ((month, account, region), more) in added {
        let scope = Scope::new(region.partition().as_str(), account.as_str(), region.as_str());
        let month = month.to_string();
        let before = txn.get(&USAGE, &scope, month.as_str()).await?;
        let mut usage = before.map_or_else(MonthUsage::default, |before| before.as_ref().clone());
        for (class, calls) in &more.requests {
            *usage.requests.entry(class.clone()).or_default() += calls;
        }
        usage.key_ms += more.key_ms;
        txn.put(&USAGE, &scope, month.as_str(), &usage).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use haechi_store::memory::MemoryBackend;

    use super::*;

    const DAY: i64 = 86_400_000;

    fn november() -> (Month, i64) {
        let month: Month = "2026-11".parse().unwrap();
        (month, month.bounds_ms().0)
    }

    async fn count(usage: &Usage, store: &Store, since_ms: &[i64], now_ms: i64) {
        let now = Timestamp::from_millis(now_ms);
        let Some(mut time) = usage.key_time(store, now, 1).await.unwrap() else {
            return;
        };
        let account = AccountId::parse("111122223333").unwrap();
        time.add(&account, &Region::parse("ap-northeast-2").unwrap(), since_ms);
        usage.add_key_time(store, time).await.unwrap();
    }

    #[tokio::test]
    async fn a_key_costs_from_its_creation_and_no_moment_twice() {
        let (month, start) = november();
        let store = Store::new(MemoryBackend::shared());
        let usage = Usage::default();
        for day in [5, 12, 12, 15] {
            count(&usage, &store, &[start + 10 * DAY], start + day * DAY).await;
        }
        let lines = usage.of_month(&store, month).await.unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(
            (lines[0].account.as_str(), lines[0].region.as_str()),
            ("111122223333", "ap-northeast-2")
        );
        assert_eq!(lines[0].usage.key_ms, 5 * DAY as u64);
    }

    #[tokio::test]
    async fn of_two_that_add_up_the_same_time_one_counts() {
        let (month, start) = november();
        let store = Store::new(MemoryBackend::shared());
        let usage = Usage::default();
        let now = Timestamp::from_millis(start + DAY);
        let mut first = usage.key_time(&store, now, 1).await.unwrap().unwrap();
        let account = AccountId::parse("111122223333").unwrap();
        first.add(&account, &Region::parse("ap-northeast-2").unwrap(), &[start]);
        count(&usage, &store, &[start], start + 2 * DAY).await;
        usage.add_key_time(&store, first).await.unwrap();
        let lines = usage.of_month(&store, month).await.unwrap();
        assert_eq!(lines[0].usage.key_ms, 2 * DAY as u64);
    }

    #[tokio::test]
    async fn a_rotation_counts_as_a_further_key_from_its_day_on() {
        let (month, start) = november();
        let store = Store::new(MemoryBackend::shared());
        let usage = Usage::default();
        count(&usage, &store, &[start, start + 20 * DAY], start + 30 * DAY).await;
        let lines = usage.of_month(&store, month).await.unwrap();
        assert_eq!(lines[0].usage.key_ms, 40 * DAY as u64);
    }
}
