//! ListMetrics: the metrics that had values in the last two weeks.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haechi_api_cloudwatch as api;
use haechi_core::{Call, Failure};
use haechi_store::Id;

use crate::store::{METRICS, Metric, dimension_key};
use crate::{CloudWatch, error};

const PAGE: usize = 500;
const HOUR_MS: i64 = 3_600_000;
const TWO_WEEKS_MS: i64 = 14 * 24 * HOUR_MS;

pub(crate) async fn list_metrics(
    cloudwatch: Arc<CloudWatch>,
    call: Arc<Call>,
    input: api::ListMetricsInput,
) -> Result<api::ListMetricsOutput, Failure> {
    cloudwatch.permit(&call, None).await?;
    let now_ms = call.time.as_millis();
    // The time of the last values is known to the hour.
    let since_ms = if input.recently_active.is_some() {
        now_ms - 4 * HOUR_MS
    } else {
        now_ms - TWO_WEEKS_MS
    };
    let scope = call.scope();
    let mut after = input.next_token.as_deref().map(read_token).transpose()?;
    let mut found: Vec<Arc<Metric>> = Vec::new();
    let mut next_token = None;
    'pages: loop {
        let rows = cloudwatch
            .platform
            .store
            .list(&METRICS, &scope, after.as_ref(), PAGE)
            .await?;
        let whole = rows.len() < PAGE;
        for (id, metric) in rows {
            if found.len() == PAGE {
                next_token = found.last().map(|last| token(last));
                break 'pages;
            }
            after = Some(id);
            if metric.active_ms >= since_ms && fits(&metric, &input) {
                found.push(metric);
            }
        }
        if whole {
            break;
        }
    }
    Ok(api::ListMetricsOutput {
        metrics: Some(found.iter().map(|metric| show(metric)).collect()),
        next_token,
        owning_accounts: None,
    })
}

fn fits(metric: &Metric, input: &api::ListMetricsInput) -> bool {
    let has = |filter: &api::DimensionFilter| {
        metric.dimensions.iter().any(|(name, value)| {
            filter.name.as_ref().is_none_or(|wanted| wanted == name)
                && filter.value.as_ref().is_none_or(|wanted| wanted == value)
        })
    };
    input
        .namespace
        .as_ref()
        .is_none_or(|wanted| *wanted == metric.namespace)
        && input
            .metric_name
            .as_ref()
            .is_none_or(|wanted| *wanted == metric.name)
        && input.dimensions.iter().flatten().all(has)
}

fn show(metric: &Metric) -> api::Metric {
    let dimension = |(name, value): &(String, String)| api::Dimension {
        name: Some(name.clone()),
        value: Some(value.clone()),
    };
    api::Metric {
        namespace: Some(metric.namespace.clone()),
        metric_name: Some(metric.name.clone()),
        dimensions: Some(metric.dimensions.iter().map(dimension).collect()),
    }
}

fn token(last: &Metric) -> String {
    let parts = [
        last.namespace.clone(),
        last.name.clone(),
        dimension_key(&last.dimensions),
    ];
    URL_SAFE_NO_PAD.encode(serde_json::json!(parts).to_string())
}

fn read_token(token: &str) -> Result<Id, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| error::bad_token())?;
    let [namespace, name, dimensions]: [String; 3] =
        serde_json::from_slice(&bytes).map_err(|_| error::bad_token())?;
    Ok(Id::of(&(namespace, name, dimensions)))
}
