//! Ports for what services tell about their work: log lines and metrics.
//!
//! A line that was taken is durable. Destinations are named by their ARN; each service behind the port knows those
//! of its own kind.

use async_trait::async_trait;

use crate::failure::Failure;
use crate::ids::{AccountId, Region};

/// One line for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was made, in milliseconds of Unix time.
    pub at_ms: i64,
    /// The line, without its end.
    pub text: String,
}

/// Whether a destination took what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Delivered {
    /// It did, and the lines are durable.
    Taken,
    /// There is no such destination.
    Gone,
}

/// Takes log lines of other services. CloudWatch Logs implements it for log groups, Firehose for its streams.
#[async_trait]
pub trait LogDelivery: Send + Sync {
    /// Whether the ARN names a kind of destination that is behind this port.
    fn knows(&self, arn: &str) -> bool;

    /// Whether the destination is there.
    async fn exists(&self, arn: &str) -> Result<bool, Failure>;

    /// Takes lines; `stream` is the log stream within a log group.
    async fn deliver(&self, arn: &str, stream: &str, lines: Vec<LogLine>) -> Result<Delivered, Failure>;
}

/// A metric's value within one minute.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricDatum {
    /// `AWS/WAFV2` …
    pub namespace: String,
    /// `BlockedRequests` …
    pub name: String,
    /// Names and values, in any order.
    pub dimensions: Vec<(String, String)>,
    /// Any time within the minute, in milliseconds of Unix time.
    pub at_ms: i64,
    /// The sum of the values.
    pub sum: f64,
    /// How many values there are.
    pub samples: f64,
    /// The least of them.
    pub minimum: f64,
    /// The greatest of them.
    pub maximum: f64,
    /// `Count`, `Seconds` …
    pub unit: &'static str,
}

impl MetricDatum {
    /// Something that happened `count` times in a minute.
    pub fn count(
        namespace: &str,
        name: &str,
        dimensions: Vec<(String, String)>,
        at_ms: i64,
        count: u64,
    ) -> Self {
        let sum = count as f64;
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions,
            at_ms,
            sum,
            samples: 1.0,
            minimum: sum,
            maximum: sum,
            unit: "Count",
        }
    }
}

/// Takes metrics of other services. CloudWatch implements it.
#[async_trait]
pub trait MetricSink: Send + Sync {
    /// Adds values to the metrics of an account in a Region.
    async fn record(
        &self,
        account: &AccountId,
        region: &Region,
        data: Vec<MetricDatum>,
    ) -> Result<(), Failure>;
}
