//! What is written down of a request: AWS's log record, samples for `GetSampledRequests`, CloudWatch's metrics.
//!
//! A [`Recorder`] is made once per web ACL. For each request it counts into [`Counters`], offers a sample to a
//! [`Sampler`] and, if the logging configuration wants the record, makes the log line. Whatever the web ACL's data
//! protection or the configuration's redaction hides never leaves this module in clear.

mod config;
mod counters;
mod details;
mod filter;
mod log;
mod mask;
mod metrics;
mod sample;
mod sampler;
mod source;

pub use config::{
    ActionCondition, ActionName, Condition, Filter, FilterBehavior, FilterRequirement, LabelNameCondition,
    LoggingConfiguration, LoggingFilter,
};
pub use counters::{Count, Counters};
pub use sampler::{Sampled, Sampler};
pub use source::HttpSource;

use crate::compile::Resolver;
use crate::model::WebAcl;
use crate::request::{HttpRequest, Limits};
use crate::verdict::Verdict;
use mask::Masks;
use metrics::MetricNames;

/// What is known of a request beside its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// When it arrived, in milliseconds of Unix time.
    pub timestamp: u64,
    /// The resource that received it.
    pub source: &'a HttpSource,
    /// The id that the resource gave it; a load balancer's is the trace id.
    pub request_id: &'a str,
    /// Where the client is, ISO 3166-1 alpha-2; the record has `-` when nobody knows.
    pub country: Option<&'a str>,
    /// `http` or `https`.
    pub scheme: &'a str,
    /// How much of the request was inspected.
    pub limits: &'a Limits,
}

/// Writes down what a web ACL did. Made when the web ACL, what it refers to or its logging configuration changes.
#[derive(Debug)]
pub struct Recorder {
    web_acl: Box<str>,
    metrics: MetricNames,
    samples: bool,
    sample_masks: Masks,
    log: Option<Logging>,
}

#[derive(Debug)]
struct Logging {
    filter: Option<LoggingFilter>,
    masks: Masks,
}

impl Recorder {
    /// The recorder of the web ACL with the ARN `arn`. Without `logging` there are no log lines; `resolver` tells
    /// the metrics of rule groups.
    pub fn new(
        acl: &WebAcl,
        arn: &str,
        logging: Option<&LoggingConfiguration>,
        resolver: &dyn Resolver,
    ) -> Self {
        let protection = Masks::protecting(acl.data_protection_config.as_ref());
        Self {
            web_acl: arn.into(),
            metrics: MetricNames::new(acl, resolver),
            samples: acl.visibility_config.sampled_requests_enabled,
            log: logging.map(|logging| Logging {
                filter: logging.logging_filter.clone(),
                masks: protection.redacting(&logging.redacted_fields),
            }),
            sample_masks: protection,
        }
    }

    /// Counts the request under every metric that AWS has for it.
    pub fn count(&self, verdict: &Verdict<'_>, facts: &Facts<'_>, counters: &mut Counters) {
        self.metrics.count(verdict, facts, counters);
    }

    /// The log record in AWS's JSON, one line without its end; `None` when nobody wants it.
    pub fn log_line(
        &self,
        request: &HttpRequest<'_>,
        verdict: &Verdict<'_>,
        facts: &Facts<'_>,
    ) -> Option<String> {
        let logging = self.log.as_ref()?;
        if !logging.filter.as_ref().is_none_or(|filter| filter.keeps(verdict)) {
            return None;
        }
        log::line(&self.web_acl, request, verdict, facts, &logging.masks)
    }

    /// Offers the request as a sample of the rules that matched it, or of the web ACL's default action.
    pub fn sample(
        &self,
        request: &HttpRequest<'_>,
        verdict: &Verdict<'_>,
        facts: &Facts<'_>,
        sampler: &mut Sampler,
    ) {
        sample::offer(self, request, verdict, facts, sampler);
    }
}

#[cfg(test)]
mod tests;
