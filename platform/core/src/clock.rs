//! Time as a parameter.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use haechi_wire::Timestamp;

/// Where the time comes from. The platform hands one down; nothing else reads the system's clock.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// How long to wait, in real time, until `instant`; zero when it has passed.
    fn until(&self, instant: Timestamp) -> Duration {
        let millis = instant.as_millis().saturating_sub(self.now().as_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    // The one place that may read it.
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's clock plus an offset that can only grow: `haechi serve --simulate-time`.
#[derive(Debug, Default)]
pub struct SimulatedClock {
    offset_millis: AtomicI64,
}

impl SimulatedClock {
    /// A clock that starts `offset` ahead of the machine's.
    pub fn ahead(offset: Duration) -> Self {
        Self {
            offset_millis: AtomicI64::new(i64::try_from(offset.as_millis()).unwrap_or(i64::MAX / 4)),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.offset_millis.fetch_add(by, Ordering::SeqCst);
    }

    /// How far ahead of the machine's clock it is.
    pub fn offset(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.offset_millis.load(Ordering::SeqCst)).unwrap_or(0))
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let real = SystemClock.now().as_millis();
        Timestamp::from_millis(real.saturating_add(self.offset_millis.load(Ordering::SeqCst)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_clock_moves_by_what_it_is_told() {
        let clock = SimulatedClock::default();
        let before = clock.now();
        clock.advance(Duration::from_hours(24));
        let moved = clock.now().as_millis() - before.as_millis();
        assert!((86_400_000..86_460_000).contains(&moved), "{moved}");
    }
}
