//! Request quotas: a token bucket per account, Region and class of operation.

use haechi_core::{AccountId, Region, Timestamp, service::Quota};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

/// Buckets are forgotten when this many are known: an idle one is full anyway.
const MAX_BUCKETS: usize = 65_536;

/// The buckets of all callers.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    buckets: Mutex<FxHashMap<(AccountId, Region, &'static str), Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    refilled: Timestamp,
}

impl Throttle {
    /// Takes one token; `false` when the quota is used up. A bucket holds one second's worth.
    pub(crate) fn admit(&self, account: &AccountId, region: &Region, quota: Quota, now: Timestamp) -> bool {
        let rate = f64::from(quota.per_second);
        let mut buckets = self.buckets.lock();
        if buckets.len() >= MAX_BUCKETS {
            buckets.clear();
        }
        let bucket = buckets
            .entry((account.clone(), region.clone(), quota.class))
            .or_insert(Bucket {
                tokens: rate,
                refilled: now,
            });
        let elapsed = (now.as_millis() - bucket.refilled.as_millis()).max(0) as f64 / 1_000.0;
        bucket.tokens = (bucket.tokens + elapsed * rate).min(rate);
        bucket.refilled = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_seconds_worth_and_refills() {
        let throttle = Throttle::default();
        let account = AccountId::parse("111122223333").unwrap();
        let region = Region::global();
        let quota = Quota {
            class: "CreateKey",
            per_second: 5,
        };
        let start = Timestamp::from_millis(0);
        let admitted = (0..10)
            .filter(|_| throttle.admit(&account, &region, quota, start))
            .count();
        assert_eq!(admitted, 5);
        let later = Timestamp::from_millis(400);
        let admitted = (0..10)
            .filter(|_| throttle.admit(&account, &region, quota, later))
            .count();
        assert_eq!(admitted, 2);
        let other = AccountId::parse("444455556666").unwrap();
        assert!(
            throttle.admit(&other, &region, quota, later),
            "accounts do not share a bucket"
        );
    }
}
