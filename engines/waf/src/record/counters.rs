//! Counts of metrics per minute, between two reports.

use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::{BuildHasher, Hash, Hasher};

/// Distinct metrics and minutes that are held; labels and countries keep it far below.
const CAPACITY: usize = 100_000;

/// How often something happened in a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Start of the minute, seconds of Unix time.
    pub minute: u64,
    /// Such as `BlockedRequests`.
    pub name: &'static str,
    /// Dimensions beside `WebACL` and `Region`.
    pub dimensions: Vec<(&'static str, String)>,
    /// How often.
    pub count: u64,
}

impl Count {
    fn is(&self, minute: u64, name: &str, dimensions: &[(&'static str, &str)]) -> bool {
        let same = |((a, b), (c, d)): (&(&str, String), &(&str, &str))| a == c && b == d;
        self.minute == minute
            && self.name == name
            && self.dimensions.len() == dimensions.len()
            && self.dimensions.iter().zip(dimensions).all(same)
    }
}

/// Adds up. Nothing is allocated for what was counted before.
#[derive(Debug, Default)]
pub struct Counters {
    counts: FxHashMap<u64, Vec<Count>>,
    held: usize,
}

impl Counters {
    /// One more of this.
    pub fn add(&mut self, minute: u64, name: &'static str, dimensions: &[(&'static str, &str)]) {
        let mut hasher = FxBuildHasher.build_hasher();
        minute.hash(&mut hasher);
        name.hash(&mut hasher);
        dimensions.hash(&mut hasher);
        let bucket = self.counts.entry(hasher.finish()).or_default();
        if let Some(count) = bucket.iter_mut().find(|count| count.is(minute, name, dimensions)) {
            count.count += 1;
        } else if self.held < CAPACITY {
            self.held += 1;
            let dimensions = dimensions
                .iter()
                .map(|&(name, value)| (name, value.to_owned()))
                .collect();
            bucket.push(Count {
                minute,
                name,
                dimensions,
                count: 1,
            });
        }
    }

    /// Everything counted since the last time.
    pub fn drain(&mut self) -> Vec<Count> {
        self.held = 0;
        self.counts.drain().flat_map(|(_, bucket)| bucket).collect()
    }
}
