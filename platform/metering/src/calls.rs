//! Calls since the process started, by service, operation and outcome.

use std::borrow::Cow;

use haechi_core::Call;
use haechi_core::ports::Meter;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

/// What is counted apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey {
    /// The service.
    pub service: Cow<'static, str>,
    /// The operation; empty for requests that never became a call.
    pub operation: &'static str,
    /// The error code; empty for success.
    pub error: Cow<'static, str>,
}

/// The upper bounds of the latency buckets, in microseconds. What is slower falls into none of them.
pub const BUCKETS_MICROS: [u64; 9] = [100, 250, 500, 1_000, 2_500, 5_000, 25_000, 100_000, 1_000_000];

/// How often, and how long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallCount {
    /// Calls.
    pub calls: u64,
    /// Microseconds of all of them together.
    pub micros: u64,
    /// Calls that took at most [`BUCKETS_MICROS`] of the same place and more than the one before.
    pub buckets: [u64; BUCKETS_MICROS.len()],
}

/// The counters of this process.
#[derive(Debug, Default)]
pub struct Calls {
    counts: Mutex<FxHashMap<CallKey, CallCount>>,
}

impl Calls {
    /// All counters, in order.
    pub fn snapshot(&self) -> Vec<(CallKey, CallCount)> {
        let mut all: Vec<_> = self
            .counts
            .lock()
            .iter()
            .map(|(key, count)| (key.clone(), *count))
            .collect();
        all.sort();
        all
    }

    fn add(&self, key: CallKey, micros: u64) {
        let bucket = BUCKETS_MICROS.iter().position(|bound| micros <= *bound);
        let mut counts = self.counts.lock();
        let count = counts.entry(key).or_default();
        count.calls += 1;
        count.micros += micros;
        if let Some(bucket) = bucket {
            count.buckets[bucket] += 1;
        }
    }
}

impl Meter for Calls {
    fn count(&self, call: &Call, _status: u16, error: Option<&str>, micros: u64) {
        let key = CallKey {
            service: Cow::Borrowed(call.service.name),
            operation: call.operation.name,
            error: error.map_or(Cow::Borrowed(""), |code| Cow::Owned(code.to_owned())),
        };
        self.add(key, micros);
    }

    fn refused(&self, service: &str, code: &str) {
        let (service, error) = (Cow::Owned(service.to_owned()), Cow::Owned(code.to_owned()));
        self.add(
            CallKey {
                service,
                operation: "",
                error,
            },
            0,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_falls_into_the_first_bucket_that_holds_it() {
        let calls = Calls::default();
        let key = CallKey {
            service: "kms".into(),
            operation: "Encrypt",
            error: "".into(),
        };
        for micros in [100, 101, 2_000_000] {
            calls.add(key.clone(), micros);
        }
        let (_, count) = calls.snapshot()[0].clone();
        assert_eq!((count.calls, count.micros), (3, 2_000_201));
        assert_eq!(count.buckets, [1, 1, 0, 0, 0, 0, 0, 0, 0]);
    }
}
