//! Latencies, counted in buckets that grow with the value.

use std::time::Duration;

/// Buckets per power of two: a value is known to 1/64 (1.6 %).
const STEPS: u64 = 64;
const STEP_BITS: u32 = STEPS.trailing_zeros();

/// A histogram of durations up to centuries, in constant memory and a few nanoseconds per record.
#[derive(Clone)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: vec![0; index(u64::MAX) + 1],
            count: 0,
            max: 0,
        }
    }
}

impl Histogram {
    /// Counts one duration.
    pub fn record(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[index(nanos)] += 1;
        self.count += 1;
        self.max = self.max.max(nanos);
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest, exactly.
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.max)
    }

    /// The duration that `percent` of all do not exceed, rounded up to its bucket's end.
    pub fn percentile(&self, percent: f64) -> Duration {
        let rank = ((self.count as f64 * percent / 100.0).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Duration::from_nanos(upper(bucket).min(self.max));
            }
        }
        self.max()
    }
}

/// The bucket of a value: its own one below [`STEPS`], then [`STEPS`] of them for each power of two.
fn index(nanos: u64) -> usize {
    if nanos < STEPS {
        return nanos as usize;
    }
    let power = nanos.ilog2() - STEP_BITS;
    let step = (nanos >> power) - STEPS;
    ((u64::from(power) + 1) * STEPS + step) as usize
}

/// The greatest value of a bucket.
fn upper(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket;
    }
    let power = bucket / STEPS - 1;
    let next = u128::from(bucket % STEPS + STEPS + 1) << power;
    u64::try_from(next - 1).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_lies_in_its_bucket() {
        for shift in 0..64 {
            for value in [
                1_u64 << shift,
                (1 << shift) + (1 << shift) / 3,
                (1_u64 << shift) - 1,
            ] {
                let bucket = index(value);
                assert!(value <= upper(bucket), "{value}");
                assert!(bucket == 0 || value > upper(bucket - 1), "{value}");
            }
        }
        assert_eq!(upper(index(u64::MAX)), u64::MAX);
    }

    #[test]
    fn percentiles_are_right_to_the_width_of_a_bucket() {
        let mut histogram = Histogram::default();
        for micros in 1..=1000 {
            histogram.record(Duration::from_micros(micros));
        }
        for (percent, micros) in [(50.0, 500.0), (99.0, 990.0), (99.9, 999.0)] {
            let found = histogram.percentile(percent).as_secs_f64() * 1e6;
            assert!((found / micros - 1.0).abs() < 0.016, "p{percent}: {found}");
        }
        assert_eq!(histogram.percentile(100.0), Duration::from_millis(1));
        assert_eq!(histogram.max(), Duration::from_millis(1));
    }

    #[test]
    fn merging_adds() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.record(Duration::from_micros(1));
        other.record(Duration::from_micros(9));
        one.merge(&other);
        assert_eq!((one.count(), one.max()), (2, Duration::from_micros(9)));
    }
}
