//! Metric math: arithmetic over time series, and the functions ABS, AVG, CEIL, FILL, FLOOR, MAX, METRICS, MIN, PERIOD,
//! RATE and SUM.
//!
//! Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics". A point stands in a result where
//! every operand has one.

mod evaluate;
mod parse;

use std::collections::BTreeMap;

pub(crate) use evaluate::{Labelled, evaluate};

/// What an id stands for.
#[derive(Debug, Clone)]
pub(crate) enum Named {
    Metric(Series),
    Expression(String),
}

/// A metric's values over time.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) label: String,
    /// In seconds.
    pub(crate) period: i64,
    /// From, and up to but not including.
    pub(crate) span: (i64, i64),
    pub(crate) values: BTreeMap<i64, f64>,
}

#[cfg(test)]
mod tests;
