//! The values of a metric within a span of time.

use serde::{Deserialize, Serialize};

/// Distinct values that are held; beyond them percentiles can't be told any more.
const MAX_DISTINCT: usize = 300;

/// What is known of the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) sum: f64,
    pub(crate) samples: f64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
    /// Values and how often each came, as long as all are known one by one.
    pub(crate) values: Option<Vec<(f64, f64)>>,
}

impl Bucket {
    /// Values, each with how often it came.
    pub(crate) fn of_values(values: Vec<(f64, f64)>) -> Self {
        let mut bucket = Self {
            sum: 0.0,
            samples: 0.0,
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
            values: None,
        };
        for (value, count) in &values {
            bucket.sum += value * count;
            bucket.samples += count;
            bucket.minimum = bucket.minimum.min(*value);
            bucket.maximum = bucket.maximum.max(*value);
        }
        bucket.values = Some(values);
        bucket
    }

    /// A set of which only the statistics are known.
    pub(crate) fn of_set(sum: f64, samples: f64, minimum: f64, maximum: f64) -> Self {
        // Of one value, or of values that are all the same, all is known.
        let uniform = minimum.total_cmp(&maximum).is_eq();
        Self {
            sum,
            samples,
            minimum,
            maximum,
            values: uniform.then(|| vec![(minimum, samples)]),
        }
    }

    /// Takes in what another one has.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.sum += other.sum;
        self.samples += other.samples;
        self.minimum = self.minimum.min(other.minimum);
        self.maximum = self.maximum.max(other.maximum);
        self.values = match (self.values.take(), &other.values) {
            (Some(mut own), Some(others)) => {
                for (value, count) in others {
                    match own.iter_mut().find(|(held, _)| held.total_cmp(value).is_eq()) {
                        Some((_, held)) => *held += count,
                        None => own.push((*value, *count)),
                    }
                }
                (own.len() <= MAX_DISTINCT).then_some(own)
            }
            _ => None,
        };
    }

    /// The least value that so many percent of the values do not exceed.
    pub(crate) fn percentile(&self, percent: f64) -> Option<f64> {
        let mut values = self.values.clone()?;
        values.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        let wanted = percent / 100.0 * self.samples;
        let mut seen = 0.0;
        for (value, count) in &values {
            seen += count;
            if seen >= wanted {
                return Some(*value);
            }
        }
        values.last().map(|(value, _)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let mut bucket = Bucket::of_values(vec![(1.0, 2.0), (5.0, 1.0)]);
        bucket.absorb(&Bucket::of_values(vec![(1.0, 1.0), (9.0, 1.0)]));
        assert_eq!((bucket.sum, bucket.samples), (17.0, 5.0));
        assert_eq!((bucket.minimum, bucket.maximum), (1.0, 9.0));
        assert_eq!(bucket.percentile(50.0), Some(1.0));
        assert_eq!(bucket.percentile(80.0), Some(5.0));
        assert_eq!(bucket.percentile(100.0), Some(9.0));
    }

    #[test]
    fn a_set_of_different_values_has_no_percentiles() {
        let mut bucket = Bucket::of_values(vec![(1.0, 1.0)]);
        bucket.absorb(&Bucket::of_set(10.0, 3.0, 1.0, 5.0));
        assert_eq!(bucket.percentile(50.0), None);
        assert_eq!(bucket.sum.to_bits(), 11.0_f64.to_bits());
    }
}
