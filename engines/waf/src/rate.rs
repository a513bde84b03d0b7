//! Rate-based rules: how many requests of each aggregation instance came in the last window.
//!
//! The count is a sliding window of 10-second buckets, looked at on every request. AWS looks about every 10
//! seconds, so a limit bites here at once and there after some seconds. Requests that the rule refuses are
//! counted too, as on AWS. Memory is bounded: at most 10,000 instances per rule are kept, those with the highest
//! counts (developer guide, pages "Rate-based rule statement" and "Rate-based rule caveats").

mod flood;
mod window;

pub use flood::{FloodDetectors, Observation, Suspicion};
pub use window::{BUCKET_SECONDS, Windows};

use crate::compile::Plan;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// AWS's limit of aggregation instances per rule.
pub const MOST_KEYS: usize = 10_000;
const SHARDS: usize = 16;

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RateKey {
    /// The rule counts all requests together.
    Constant,
    /// An address.
    Ip(IpAddr),
    /// A digest of the values of custom keys.
    Custom([u8; 16]),
}

impl RateKey {
    /// The key for these values of custom keys, in order.
    pub(crate) fn custom(values: &[u8]) -> Self {
        let digest = Sha256::digest(values);
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Self::Custom(key)
    }
}

/// The counters of one rate-based rule where it is used.
#[derive(Debug)]
pub struct RateInstance {
    limit: u64,
    window_seconds: u64,
    shards: Vec<Mutex<Shard>>,
    seed: RandomState,
}

#[derive(Debug)]
struct Shard {
    counts: HashMap<RateKey, u32>,
    windows: Windows,
}

impl RateInstance {
    /// Counters for a rule that allows `limit` requests in `window_seconds`.
    pub fn new(limit: u64, window_seconds: u64) -> Self {
        let buckets = usize::try_from(window_seconds / BUCKET_SECONDS).unwrap_or(usize::MAX);
        let shard = || {
            Mutex::new(Shard {
                counts: HashMap::new(),
                windows: Windows::new(buckets),
            })
        };
        Self {
            limit,
            window_seconds,
            shards: (0..SHARDS).map(|_| shard()).collect(),
            seed: RandomState::new(),
        }
    }

    /// Counts a request at `now` (milliseconds since any epoch, not going back by more than a bucket) and says
    /// whether its instance is over the limit.
    pub fn count(&self, key: RateKey, now: u64) -> bool {
        let bucket = now / 1000 / BUCKET_SECONDS;
        let mut shard = self.shard(&key);
        let Shard { counts, windows } = &mut *shard;
        let slot = if let Some(&slot) = counts.get(&key) {
            slot
        } else {
            if counts.len() >= MOST_KEYS / SHARDS {
                evict(counts, windows, bucket);
            }
            let slot = windows.take();
            counts.insert(key, slot);
            slot
        };
        windows.add(slot, bucket) > self.limit
    }

    /// The addresses that are over the limit at `now`, sorted; what `GetRateBasedStatementManagedKeys` answers.
    pub fn limited_addresses(&self, now: u64) -> Vec<IpAddr> {
        let mut addresses: Vec<_> = self
            .limited_keys(now)
            .into_iter()
            .filter_map(|key| if let RateKey::Ip(ip) = key { Some(ip) } else { None })
            .collect();
        addresses.sort_unstable();
        addresses
    }

    /// The keys that are over the limit at `now`.
    pub fn limited_keys(&self, now: u64) -> Vec<RateKey> {
        let bucket = now / 1000 / BUCKET_SECONDS;
        let mut keys = Vec::new();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let Shard { counts, windows } = &mut *shard;
            keys.extend(
                counts
                    .iter()
                    .filter(|&(_, &slot)| windows.total(slot, bucket) > self.limit)
                    .map(|(key, _)| *key),
            );
        }
        keys
    }

    /// How many keys are being counted.
    pub fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).counts.len())
            .sum()
    }

    /// Whether nothing is being counted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The evaluation window.
    pub fn window_seconds(&self) -> u64 {
        self.window_seconds
    }

    fn shard(&self, key: &RateKey) -> MutexGuard<'_, Shard> {
        let at = self.seed.hash_one(key) as usize % SHARDS;
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes room: idle keys go, and of the rest the quarter with the lowest counts, so that the cost of sorting is
/// spread over as many insertions.
fn evict(counts: &mut HashMap<RateKey, u32>, windows: &mut Windows, bucket: u64) {
    let mut ranked: Vec<_> = counts
        .iter()
        .map(|(key, &slot)| (windows.total(slot, bucket), *key, slot))
        .collect();
    ranked.sort_unstable();
    let idle = ranked.partition_point(|(total, ..)| *total == 0);
    for (_, key, slot) in ranked.drain(..idle.max(counts.len() / 4)) {
        counts.remove(&key);
        windows.give(slot);
    }
}

/// The counters of all rate-based rules and flood detectors of one plan.
#[derive(Clone, Debug, Default)]
pub struct RateCounters {
    instances: Vec<(String, Arc<RateInstance>)>,
    floods: Vec<(String, Arc<FloodDetectors>)>,
}

impl RateCounters {
    /// Fresh counters for a plan.
    pub fn new(plan: &Plan) -> Self {
        Self::succeeding(&Self::default(), plan)
    }

    /// Counters for a plan that takes the place of the one that `previous` is for: rules whose settings did not
    /// change go on counting, those that changed start anew, as AWS documents. Flood detectors keep what they know.
    pub fn succeeding(previous: &Self, plan: &Plan) -> Self {
        let instances = plan.rates.iter().map(|rate| {
            let kept = previous
                .instances
                .iter()
                .find(|(fingerprint, _)| *fingerprint == rate.fingerprint);
            let instance = match kept {
                Some((_, instance)) => Arc::clone(instance),
                None => Arc::new(RateInstance::new(rate.limit, rate.window_seconds)),
            };
            (rate.fingerprint.clone(), instance)
        });
        let floods = plan.floods.iter().map(|rule| {
            let kept = previous.floods.iter().find(|(known, _)| known == rule);
            (
                rule.clone(),
                kept.map(|(_, kept)| Arc::clone(kept)).unwrap_or_default(),
            )
        });
        Self {
            instances: instances.collect(),
            floods: floods.collect(),
        }
    }

    /// The detectors of the anti-DDoS rule group at this place of the plan.
    pub(crate) fn flood(&self, index: usize) -> Option<&FloodDetectors> {
        self.floods.get(index).map(|(_, detectors)| &**detectors)
    }

    /// The counters of the rule at this place of [`Plan::rate_based_rules`].
    pub fn instance(&self, index: usize) -> Option<&RateInstance> {
        self.instances.get(index).map(|(_, instance)| &**instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(n: u32) -> RateKey {
        RateKey::Ip(IpAddr::from(n.to_be_bytes()))
    }

    #[test]
    fn a_key_is_limited_while_its_window_holds_more_than_the_limit() {
        let instance = RateInstance::new(10, 60);
        for n in 0..10 {
            assert!(!instance.count(ip(1), n * 1000), "request {n}");
        }
        assert!(instance.count(ip(1), 10_000));
        assert!(!instance.count(ip(2), 10_000), "others are counted apart");
        assert_eq!(instance.limited_keys(10_000), [ip(1)]);
        assert!(instance.limited_keys(75_000).is_empty(), "the window slid on");
        assert!(!instance.count(ip(1), 75_000));
    }

    #[test]
    fn refused_requests_count() {
        let instance = RateInstance::new(10, 60);
        let limited = (0..120)
            .filter(|second| instance.count(ip(1), second * 1000))
            .count();
        assert_eq!(limited, 110);
    }

    #[test]
    fn memory_is_bounded_and_the_highest_counts_stay() {
        let instance = RateInstance::new(100, 300);
        for _ in 0..101 {
            instance.count(ip(0), 0);
        }
        for n in 1..50_000 {
            instance.count(ip(n), 1000);
        }
        assert!(instance.len() <= MOST_KEYS);
        assert_eq!(instance.limited_keys(1000), [ip(0)]);
    }
}
