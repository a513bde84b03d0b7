//! What the gateways tell: samples, addresses that are held back, metrics, log lines.
//!
//! A report that could not be taken whole is told again by the gateway, so that a line may come twice, as AWS's
//! deliveries may.

pub(crate) mod delivery;
mod metrics;
mod rate_limited;
pub(crate) mod samples;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use haechi_core::Failure;
use haechi_core::telemetry::{LogDelivery, MetricSink};
use haechi_dataplane::ReportSink;
use haechi_dataplane::report::Report;

use crate::Waf;
use crate::ops::samples::KEPT_MS;
use crate::protections::web_acl_name;

/// How often samples that nobody can ask for any more are thrown away.
const CLEAN_EVERY_MS: i64 = 600_000;

/// Where reports go on to, and what a node remembers between them.
#[derive(Default)]
pub(crate) struct Telemetry {
    deliveries: OnceLock<Vec<Arc<dyn LogDelivery>>>,
    metrics: OnceLock<Arc<dyn MetricSink>>,
    cleaned_ms: AtomicI64,
    thinning: samples::Thinning,
}

impl Telemetry {
    /// Who delivers to this destination.
    pub(crate) fn delivery(&self, arn: &str) -> Option<&Arc<dyn LogDelivery>> {
        self.deliveries.get()?.iter().find(|delivery| delivery.knows(arn))
    }
}

impl Waf {
    /// Plugs in the services that take log lines and metrics. Later calls have no effect.
    pub fn connect_telemetry(&self, deliveries: Vec<Arc<dyn LogDelivery>>, metrics: Arc<dyn MetricSink>) {
        let _ = self.telemetry.deliveries.set(deliveries);
        let _ = self.telemetry.metrics.set(metrics);
    }

    async fn throw_old_samples_away(&self, now_ms: i64) -> Result<(), Failure> {
        let last = self.telemetry.cleaned_ms.load(Ordering::Relaxed);
        if now_ms - last < CLEAN_EVERY_MS {
            return Ok(());
        }
        self.telemetry.cleaned_ms.store(now_ms, Ordering::Relaxed);
        self.platform
            .store
            .expire(samples::LOGS, now_ms - KEPT_MS)
            .await?;
        Ok(())
    }

    /// A random number below a bound.
    pub(crate) fn chance(&self, bound: usize) -> usize {
        let mut bytes = [0; 8];
        self.platform.random.fill(&mut bytes);
        ((u128::from(u64::from_be_bytes(bytes)) * bound as u128) >> 64) as usize
    }
}

#[async_trait]
impl ReportSink for Waf {
    async fn report(&self, report: &Report) -> Result<(), Failure> {
        let now_ms = self.platform.now().as_millis();
        for own in &report.web_acls {
            let Some(name) = web_acl_name(&own.web_acl) else {
                continue;
            };
            // One that was deleted meanwhile has nobody to tell it to.
            let Some(acl) = crate::store::find(&self.platform.store, &name).await? else {
                continue;
            };
            self.deliver_lines(&name, &own.log_lines).await?;
            self.keep_samples(&name, &own.samples).await?;
            self.keep_rate_limited(&name, &report.gateway, &own.rate_limited, now_ms)
                .await?;
            self.count(&name, &acl, &own.counts).await?;
        }
        self.count_fronts(&report.fronts).await?;
        self.throw_old_samples_away(now_ms).await
    }
}
