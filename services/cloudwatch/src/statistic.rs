//! Statistics: what one asks of a bucket.

use haechi_core::Failure;

use crate::bucket::Bucket;
use crate::error;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// In percent.
    Percentile(f64),
}

impl Statistic {
    /// Reads `Sum`, `p99.9` …; trimmed means and their kin are not there.
    pub(crate) fn parse(text: &str, parameter: &str) -> Result<Self, Failure> {
        let known = match text {
            "SampleCount" => Some(Self::SampleCount),
            "Average" => Some(Self::Average),
            "Sum" => Some(Self::Sum),
            "Minimum" => Some(Self::Minimum),
            "Maximum" => Some(Self::Maximum),
            _ => percentile(text),
        };
        known.ok_or_else(|| {
            error::invalid(format!(
                "The value {text} for parameter {parameter} is not supported."
            ))
        })
    }

    pub(crate) fn of(self, bucket: &Bucket) -> Option<f64> {
        match self {
            Self::SampleCount => Some(bucket.samples),
            Self::Average => Some(bucket.sum / bucket.samples),
            Self::Sum => Some(bucket.sum),
            Self::Minimum => Some(bucket.minimum),
            Self::Maximum => Some(bucket.maximum),
            Self::Percentile(percent) => bucket.percentile(percent),
        }
    }
}

fn percentile(text: &str) -> Option<Statistic> {
    let digits = text.strip_prefix('p')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent: f64 = digits.parse().ok().filter(|_| plain)?;
    (0.0..=100.0)
        .contains(&percent)
        .then_some(Statistic::Percentile(percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_read_and_nonsense_is_refused() {
        assert_eq!(
            Statistic::parse("p99.9", "Stat").unwrap(),
            Statistic::Percentile(99.9)
        );
        for bad in ["p101", "p", "pinf", "p-1", "Median", "tm90", ""] {
            assert!(Statistic::parse(bad, "Stat").is_err(), "{bad}");
        }
    }
}
