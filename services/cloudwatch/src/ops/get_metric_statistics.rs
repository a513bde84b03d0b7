//! GetMetricStatistics: statistics of one metric by periods.
//!
//! Periods are counted from the start time; each unit has its own data points. Follows the API reference,
//! "GetMetricStatistics".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_cloudwatch as api;
use haechi_core::{Call, Failure, Timestamp};

use super::put_metric_data::dimensions;
use crate::series::Span;
use crate::statistic::Statistic;
use crate::{CloudWatch, error};

/// Data points of an answer.
const MAX_DATAPOINTS: i64 = 1_440;

pub(crate) async fn get_metric_statistics(
    cloudwatch: Arc<CloudWatch>,
    call: Arc<Call>,
    input: api::GetMetricStatisticsInput,
) -> Result<api::GetMetricStatisticsOutput, Failure> {
    cloudwatch.permit(&call, None).await?;
    let namespace = input.namespace.ok_or_else(|| error::missing("Namespace"))?;
    let name = input.metric_name.ok_or_else(|| error::missing("MetricName"))?;
    let span = span(input.start_time, input.end_time, input.period)?;
    let statistics = input.statistics.unwrap_or_default();
    let extended = input.extended_statistics.unwrap_or_default();
    if statistics.is_empty() && extended.is_empty() {
        return Err(error::combination(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    let mut percentiles = Vec::new();
    for text in extended {
        percentiles.push((Statistic::parse(&text, "ExtendedStatistics")?, text));
    }
    let dimensions = dimensions(input.dimensions.unwrap_or_default(), "Dimensions")?;
    let scope = call.scope();
    let metric = cloudwatch.metric(&scope, &namespace, &name, dimensions).await?;
    let periods = match &metric {
        Some(metric) => {
            let unit = input.unit.as_ref().map(api::StandardUnit::as_str);
            cloudwatch.periods(&scope, &metric.id, span, unit).await?
        }
        None => BTreeMap::new(),
    };
    let wants = |statistic: api::Statistic| statistics.contains(&statistic);
    let datapoint = |((start, unit), bucket): ((i64, String), crate::bucket::Bucket)| {
        let told = |wanted: bool, statistic: Statistic| statistic.of(&bucket).filter(|_| wanted);
        let extended: BTreeMap<String, f64> = percentiles
            .iter()
            .filter_map(|(statistic, text)| Some((text.clone(), statistic.of(&bucket)?)))
            .collect();
        api::Datapoint {
            timestamp: Some(Timestamp::from_millis(start * 1_000)),
            sample_count: told(wants(api::Statistic::SampleCount), Statistic::SampleCount),
            average: told(wants(api::Statistic::Average), Statistic::Average),
            sum: told(wants(api::Statistic::Sum), Statistic::Sum),
            minimum: told(wants(api::Statistic::Minimum), Statistic::Minimum),
            maximum: told(wants(api::Statistic::Maximum), Statistic::Maximum),
            unit: Some(unit.as_str().into()),
            extended_statistics: (!extended.is_empty()).then_some(extended),
        }
    };
    Ok(api::GetMetricStatisticsOutput {
        label: Some(name),
        datapoints: Some(periods.into_iter().map(datapoint).collect()),
    })
}

fn span(start: Option<Timestamp>, end: Option<Timestamp>, period: Option<i32>) -> Result<Span, Failure> {
    let start = start.ok_or_else(|| error::missing("StartTime"))?.as_millis();
    let end = end.ok_or_else(|| error::missing("EndTime"))?.as_millis();
    let period = i64::from(period.ok_or_else(|| error::missing("Period"))?);
    if start >= end {
        return Err(error::invalid(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    if period < 60 || period % 60 != 0 {
        return Err(error::invalid("The parameter Period must be a multiple of 60."));
    }
    let span = Span {
        start: start.div_euclid(60_000) * 60,
        end: end.div_euclid(1_000),
        period,
    };
    let points = (span.end - span.start) / period;
    if points > MAX_DATAPOINTS {
        return Err(error::combination(format!(
            "You have requested up to {points} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )));
    }
    Ok(span)
}
