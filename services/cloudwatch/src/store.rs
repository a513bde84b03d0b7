//! What CloudWatch keeps, and under which keys.

use haechi_store::Table;
use serde::{Deserialize, Serialize};

use crate::bucket::Bucket;

/// A metric: namespace, name, dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metric {
    /// Names its buckets.
    pub(crate) id: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Sorted by name.
    pub(crate) dimensions: Vec<(String, String)>,
    /// When values came last, to the hour.
    pub(crate) active_ms: i64,
}

/// Metrics: `(namespace, name, dimensions)`.
pub(crate) const METRICS: Table<Metric> = Table::new("cloudwatch", "metrics", 1);

/// Values: `(metric's id, level, start in seconds, unit)`.
pub(crate) const BUCKETS: Table<Bucket> = Table::new("cloudwatch", "buckets", 1);

/// How long a bucket lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Minute,
    Hour,
}

impl Level {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
        }
    }
}

/// Dimensions as a part of a key: in the order of their names, each after its length.
pub(crate) fn dimension_key(dimensions: &[(String, String)]) -> String {
    let part = |(name, value): &(String, String)| format!("{}:{name}={}:{value};", name.len(), value.len());
    dimensions.iter().map(part).collect()
}
