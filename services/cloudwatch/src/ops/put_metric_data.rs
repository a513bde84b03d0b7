//! PutMetricData: values for metrics, which are made by their first value.
//!
//! All of a request or nothing; durable when the answer leaves. CloudTrail does not record this operation. Follows
//! the API reference, "PutMetricData" and "MetricDatum".

use std::sync::Arc;

use haechi_api_cloudwatch as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::bucket::Bucket;
use crate::record::Entry;
use crate::{CloudWatch, error};

/// Values may lie so far back, and so far in the future.
const PAST_MS: i64 = 14 * 86_400_000;
const FUTURE_MS: i64 = 2 * 3_600_000;
const MAX_DIMENSIONS: usize = 30;
const MAX_DATA: usize = 1_000;
const MAX_VALUES: usize = 150;

pub(crate) async fn put_metric_data(
    cloudwatch: Arc<CloudWatch>,
    call: Arc<Call>,
    input: api::PutMetricDataInput,
) -> Result<Empty, Failure> {
    call.mark_audited();
    let namespace = input.namespace.ok_or_else(|| error::missing("Namespace"))?;
    cloudwatch.permit(&call, Some(&namespace)).await?;
    if namespace.starts_with("AWS/") {
        let text = format!("The value {namespace} for parameter Namespace is invalid.");
        return Err(error::invalid(text));
    }
    let of_entities = input.entity_metric_data.unwrap_or_default().into_iter();
    let of_entities = of_entities.flat_map(|entity| entity.metric_data.unwrap_or_default());
    let data: Vec<_> = input
        .metric_data
        .unwrap_or_default()
        .into_iter()
        .chain(of_entities)
        .collect();
    if data.is_empty() {
        return Err(error::missing("MetricData"));
    }
    if data.len() > MAX_DATA {
        let text = format!("The collection MetricData must not have a size greater than {MAX_DATA}.");
        return Err(error::invalid(text));
    }
    let now_ms = call.time.as_millis();
    let entries: Result<Vec<Entry>, Failure> = data
        .into_iter()
        .enumerate()
        .map(|(nth, datum)| entry(&namespace, nth + 1, datum, now_ms))
        .collect();
    cloudwatch.take(&call.scope(), entries?).await?;
    Ok(Empty::default())
}

fn entry(namespace: &str, nth: usize, datum: api::MetricDatum, now_ms: i64) -> Result<Entry, Failure> {
    let at = |member: &str| format!("MetricData.member.{nth}.{member}");
    let at_ms = datum.timestamp.map_or(now_ms, haechi_wire::Timestamp::as_millis);
    if at_ms < now_ms - PAST_MS {
        let text = format!(
            "The parameter {} must specify a time within the past two weeks.",
            at("Timestamp")
        );
        return Err(error::invalid(text));
    }
    if at_ms > now_ms + FUTURE_MS {
        let text = format!(
            "The parameter {} must specify a time no more than two hours in the future.",
            at("Timestamp")
        );
        return Err(error::invalid(text));
    }
    let unit = datum.unit.as_ref().map_or("None", api::StandardUnit::as_str);
    if !api::StandardUnit::VALUES.contains(&unit) {
        return Err(error::invalid(format!(
            "The parameter {} must be a value in the set [ {} ].",
            at("Unit"),
            api::StandardUnit::VALUES.join(", ")
        )));
    }
    if !matches!(datum.storage_resolution, None | Some(1 | 60)) {
        return Err(error::invalid(format!(
            "The parameter {} must be 1 or 60.",
            at("StorageResolution")
        )));
    }
    Ok(Entry {
        namespace: namespace.to_owned(),
        name: datum
            .metric_name
            .clone()
            .ok_or_else(|| error::missing(&at("MetricName")))?,
        dimensions: dimensions(datum.dimensions.clone().unwrap_or_default(), &at("Dimensions"))?,
        at_ms,
        unit: unit.to_owned(),
        bucket: bucket(datum, &at)?,
    })
}

/// Dimensions as pairs; each needs both parts.
pub(crate) fn dimensions(given: Vec<api::Dimension>, member: &str) -> Result<Vec<(String, String)>, Failure> {
    if given.len() > MAX_DIMENSIONS {
        let text = format!("The collection {member} must not have a size greater than {MAX_DIMENSIONS}.");
        return Err(error::invalid(text));
    }
    let pair = |(nth, dimension): (usize, api::Dimension)| {
        let missing = |part: &str| error::missing(&format!("{member}.member.{}.{part}", nth + 1));
        let name = dimension.name.filter(|name| !name.is_empty());
        let value = dimension.value.filter(|value| !value.is_empty());
        Ok((
            name.ok_or_else(|| missing("Name"))?,
            value.ok_or_else(|| missing("Value"))?,
        ))
    };
    given.into_iter().enumerate().map(pair).collect()
}

fn bucket(datum: api::MetricDatum, at: &dyn Fn(&str) -> String) -> Result<Bucket, Failure> {
    let finite = |value: f64, member: &str| {
        if value.is_finite() {
            Ok(value)
        } else {
            Err(error::invalid(format!(
                "The value {value} for parameter {} is invalid.",
                at(member)
            )))
        }
    };
    match (datum.value, datum.statistic_values, datum.values) {
        (Some(value), None, None) => Ok(Bucket::of_values(vec![(finite(value, "Value")?, 1.0)])),
        (None, Some(set), None) => {
            let member = |value: Option<f64>, name: &str| {
                let name = format!("StatisticValues.{name}");
                finite(value.ok_or_else(|| error::missing(&at(&name)))?, &name)
            };
            let samples = member(set.sample_count, "SampleCount")?;
            let (minimum, maximum) = (member(set.minimum, "Minimum")?, member(set.maximum, "Maximum")?);
            if samples <= 0.0 || minimum > maximum {
                return Err(error::invalid(format!(
                    "The parameter {} is not a set of statistics.",
                    at("StatisticValues")
                )));
            }
            Ok(Bucket::of_set(member(set.sum, "Sum")?, samples, minimum, maximum))
        }
        (None, None, Some(values)) => {
            let counts = datum.counts.unwrap_or_else(|| vec![1.0; values.len()]);
            if counts.len() != values.len() {
                let text = format!(
                    "The parameters {} and {} must be of the same size.",
                    at("Values"),
                    at("Counts")
                );
                return Err(error::invalid(text));
            }
            if values.is_empty() || values.len() > MAX_VALUES {
                return Err(error::invalid(format!(
                    "The collection {} must have 1 to {MAX_VALUES} members.",
                    at("Values")
                )));
            }
            for (value, count) in values.iter().zip(&counts) {
                finite(*value, "Values")?;
                if !count.is_finite() || *count <= 0.0 {
                    return Err(error::invalid(format!(
                        "The value {count} for parameter {} is invalid.",
                        at("Counts")
                    )));
                }
            }
            Ok(Bucket::of_values(values.into_iter().zip(counts).collect()))
        }
        (None, None, None) => Err(error::combination(
            "At least one of the parameters must be specified.",
        )),
        _ => Err(error::combination(format!(
            "The parameters {}, {} and {} are mutually exclusive and you have specified more than one.",
            at("Value"),
            at("StatisticValues"),
            at("Values")
        ))),
    }
}
