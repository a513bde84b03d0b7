//! GetMetricData: several metrics and expressions over them, by periods.
//!
//! Periods begin at whole multiples of themselves. Each query has a time series of its own; those that say
//! `ReturnData: false` only serve expressions. Follows the API reference, "GetMetricData" and "MetricDataQuery".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_cloudwatch as api;
use haechi_core::{Call, Failure, Timestamp};

use super::put_metric_data::dimensions;
use crate::math::{self, Labelled, Named, Series};
use crate::series::Span;
use crate::statistic::Statistic;
use crate::{CloudWatch, error};

/// Data points of a page where no number is asked for, and the most.
const MAX_DATAPOINTS: usize = 100_800;
const MAX_QUERIES: usize = 500;

pub(crate) async fn get_metric_data(
    cloudwatch: Arc<CloudWatch>,
    call: Arc<Call>,
    input: api::GetMetricDataInput,
) -> Result<api::GetMetricDataOutput, Failure> {
    cloudwatch.permit(&call, None).await?;
    let queries = input.metric_data_queries.unwrap_or_default();
    if queries.len() > MAX_QUERIES {
        let text =
            format!("The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}.");
        return Err(error::invalid(text));
    }
    let start = input
        .start_time
        .ok_or_else(|| error::missing("StartTime"))?
        .as_millis()
        / 1_000;
    let end = input
        .end_time
        .ok_or_else(|| error::missing("EndTime"))?
        .as_millis()
        / 1_000;
    if start >= end {
        return Err(error::invalid(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    let mut named = BTreeMap::new();
    for (nth, query) in queries.iter().enumerate() {
        let id = query.id.clone().unwrap_or_default();
        check_id(&id, nth + 1)?;
        let value = read(&cloudwatch, &call, query, nth + 1, (start, end)).await?;
        if named.insert(id.clone(), value).is_some() {
            return Err(error::invalid(format!(
                "The value '{id}' for parameter MetricDataQueries.member.{}.Id is not unique.",
                nth + 1
            )));
        }
    }
    let mut shown = Vec::new();
    for (nth, query) in queries.iter().enumerate() {
        if query.return_data == Some(false) {
            continue;
        }
        let id = query.id.clone().unwrap_or_default();
        for (label, series) in evaluate(&named, &id, nth + 1)? {
            shown.push((id.clone(), query.label.clone().unwrap_or(label), series));
        }
    }
    let ascending = input.scan_by == Some(api::ScanBy::TimestampAscending);
    page(
        shown,
        ascending,
        input.max_datapoints,
        input.next_token.as_deref(),
    )
}

/// `^[a-z][a-zA-Z0-9_]*$`
fn check_id(id: &str, nth: usize) -> Result<(), Failure> {
    let first = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if first && rest {
        return Ok(());
    }
    let text = format!(
        "The value {id} for parameter MetricDataQueries.member.{nth}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
    );
    Err(error::invalid(text))
}

async fn read(
    cloudwatch: &CloudWatch,
    call: &Call,
    query: &api::MetricDataQuery,
    nth: usize,
    (start, end): (i64, i64),
) -> Result<Named, Failure> {
    let stat = match (&query.metric_stat, &query.expression) {
        (Some(stat), None) => stat,
        (None, Some(expression)) => return Ok(Named::Expression(expression.clone())),
        _ => {
            let text = format!(
                "Exactly one of the parameters MetricDataQueries.member.{nth}.MetricStat and MetricDataQueries.member.{nth}.Expression must be specified."
            );
            return Err(error::combination(text));
        }
    };
    let metric = stat.metric.clone().unwrap_or_default();
    let period = i64::from(stat.period.unwrap_or(60));
    if period < 60 || period % 60 != 0 {
        return Err(error::invalid(format!(
            "The parameter MetricDataQueries.member.{nth}.MetricStat.Period must be a multiple of 60."
        )));
    }
    let statistic = Statistic::parse(stat.stat.as_deref().unwrap_or_default(), "Stat")?;
    let at = format!("MetricDataQueries.member.{nth}.MetricStat.Metric");
    let namespace = metric
        .namespace
        .ok_or_else(|| error::missing(&format!("{at}.Namespace")))?;
    let name = metric
        .metric_name
        .ok_or_else(|| error::missing(&format!("{at}.MetricName")))?;
    let dimensions = dimensions(metric.dimensions.unwrap_or_default(), &format!("{at}.Dimensions"))?;
    let scope = call.scope();
    let span = Span {
        start: start.div_euclid(period) * period,
        end,
        period,
    };
    let mut buckets: BTreeMap<i64, crate::bucket::Bucket> = BTreeMap::new();
    if let Some(found) = cloudwatch.metric(&scope, &namespace, &name, dimensions).await? {
        let unit = stat.unit.as_ref().map(api::StandardUnit::as_str);
        for ((at, _), bucket) in cloudwatch.periods(&scope, &found.id, span, unit).await? {
            buckets
                .entry(at)
                .and_modify(|held| held.absorb(&bucket))
                .or_insert(bucket);
        }
    }
    let values = buckets
        .iter()
        .filter_map(|(at, bucket)| Some((*at, statistic.of(bucket)?)));
    Ok(Named::Metric(Series {
        label: name,
        period,
        span: (span.start, end),
        values: values.collect(),
    }))
}

fn evaluate(named: &BTreeMap<String, Named>, id: &str, nth: usize) -> Result<Vec<Labelled>, Failure> {
    math::evaluate(named, id).map_err(|reason| {
        error::invalid(format!(
            "Error in expression '{id}' (MetricDataQueries.member.{nth}.Expression): {reason}"
        ))
    })
}

type Shown = (String, String, BTreeMap<i64, f64>);

/// Cuts a page: as many points of each series as fit, from where the page before ended.
fn page(
    shown: Vec<Shown>,
    ascending: bool,
    limit: Option<i32>,
    token: Option<&str>,
) -> Result<api::GetMetricDataOutput, Failure> {
    let limit = limit.map_or(MAX_DATAPOINTS, |limit| {
        (limit.max(1) as usize).min(MAX_DATAPOINTS)
    });
    let each = (limit / shown.len().max(1)).max(1);
    let skip: usize = match token {
        None => 0,
        Some(token) => token.parse().map_err(|_| error::bad_token())?,
    };
    let more = shown
        .iter()
        .any(|(_, _, values)| values.len() > skip.saturating_add(each));
    let result = |(id, label, values): Shown| {
        let complete = values.len() <= skip.saturating_add(each);
        let mut points: Vec<(i64, f64)> = values.into_iter().collect();
        if !ascending {
            points.reverse();
        }
        let points: Vec<_> = points.into_iter().skip(skip).take(each).collect();
        let status = if complete {
            api::StatusCode::Complete
        } else {
            api::StatusCode::PartialData
        };
        api::MetricDataResult {
            id: Some(id),
            label: Some(label),
            timestamps: Some(
                points
                    .iter()
                    .map(|(at, _)| Timestamp::from_millis(at * 1_000))
                    .collect(),
            ),
            values: Some(points.iter().map(|(_, value)| *value).collect()),
            status_code: Some(status),
            messages: None,
        }
    };
    Ok(api::GetMetricDataOutput {
        metric_data_results: Some(shown.into_iter().map(result).collect()),
        next_token: more.then(|| (skip + each).to_string()),
        messages: Some(Vec::new()),
    })
}
