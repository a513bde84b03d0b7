//! Calls since the process started, by service, operation and outcome.

use haechi_core::Call;
use haechi_core::ports::Meter;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

/// What is counted apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey {
    /// The service.
    pub service: String,
    /// The operation; empty for requests that never became a call.
    pub operation: &'static str,
    /// The error code; empty for success.
    pub error: String,
}

/// How often, and how long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallCount {
    /// Calls.
    pub calls: u64,
    /// Microseconds of all of them together.
    pub micros: u64,
}

/// The counters of this process.
#[derive(Debug, Default)]
pub struct Calls {
    counts: Mutex<FxHashMap<CallKey, CallCount>>,
}

impl Calls {
    /// All counters, in order.
    pub fn snapshot(&self) -> Vec<(CallKey, CallCount)> {
        let mut all: Vec<_> = self.counts.lock().iter().map(|(key, count)| (key.clone(), *count)).collect();
        all.sort();
        all
    }

    fn add(&self, key: CallKey, micros: u64) {
        let mut counts = self.counts.lock();
        let count = counts.entry(key).or_default();
        count.calls += 1;
        count.micros += micros;
    }
}

impl PartialOrd for CallCount {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CallCount {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.calls, self.micros).cmp(&(other.calls, other.micros))
    }
}

impl Meter for Calls {
    fn count(&self, call: &Call, _status: u16, error: Option<&str>, micros: u64) {
        let key = CallKey {
            service: call.service.name.to_owned(),
            operation: call.operation.name,
            error: error.unwrap_or_default().to_owned(),
        };
        self.add(key, micros);
    }

    fn refused(&self, service: &str, code: &str) {
        self.add(CallKey { service: service.to_owned(), operation: "", error: code.to_owned() }, 0);
    }
}
