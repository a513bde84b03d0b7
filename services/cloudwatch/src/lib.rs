//! CloudWatch metrics.
//!
//! Owns the tables of [`store`]: metrics, and their values in buckets of a minute, which become buckets of an hour
//! after fifteen days and go after 455, as AWS's do. Timer: `roll`, once a day and account. Other services give their
//! counts through [`MetricSink`](haechi_core::telemetry::MetricSink).
//!
//! Values of a higher resolution than a minute are kept by the minute. Expressions are arithmetic and the functions
//! of [`math`]; alarms, dashboards and streams are not there.

mod access;
mod bucket;
mod error;
mod math;
mod ops;
mod record;
mod series;
mod statistic;
mod store;
mod timers;

use std::sync::Arc;

use haechi_api_cloudwatch::op;
use haechi_core::{Platform, Router, Service};

pub use timers::register_timers;

/// The service's state.
pub struct CloudWatch {
    platform: Platform,
}

impl CloudWatch {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(cloudwatch: Arc<CloudWatch>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_cloudwatch::SERVICE, cloudwatch)
        .on::<op::GetMetricData, _, _>(ops::get_metric_data::get_metric_data)
        .on::<op::GetMetricStatistics, _, _>(ops::get_metric_statistics::get_metric_statistics)
        .on::<op::ListMetrics, _, _>(ops::list_metrics::list_metrics)
        .on::<op::PutMetricData, _, _>(ops::put_metric_data::put_metric_data);
    Arc::new(router)
}
