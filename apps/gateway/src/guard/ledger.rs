//! What is written down of decisions until the next report: counts, samples, log lines.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use haechi_dataplane::Protection;
use haechi_dataplane::report::{MetricCount, RateLimited, Sample, WebAclReport};
use haechi_waf::compile::Plan;
use haechi_waf::model::WebAcl;
use haechi_waf::rate::RateCounters;
use haechi_waf::record::{Counters, Facts, LoggingConfiguration, Recorder, Sampler};
use haechi_waf::request::HttpRequest;
use haechi_waf::verdict::Verdict;
use haechi_web_acl::Library;
use parking_lot::Mutex;

/// Each thread writes into a part of its own, as long as there are not more threads than parts.
const PARTS: usize = 16;
/// Bytes of samples that a part holds.
const SAMPLE_BUDGET: usize = 4 << 20;
/// Log lines that a part holds between two reports; more are lost and told of.
const MOST_LINES: usize = 50_000;

/// Writes down what a web ACL did. The pages outlive a change of the web ACL.
pub(super) struct Ledger {
    recorder: Recorder,
    pages: Arc<Pages>,
}

#[derive(Debug)]
struct Pages {
    parts: [Mutex<Part>; PARTS],
    lost_lines: AtomicU64,
    /// What was said last of addresses that are held back.
    limited: Mutex<Vec<RateLimited>>,
}

#[derive(Debug)]
struct Part {
    counters: Counters,
    sampler: Sampler,
    lines: Vec<String>,
}

impl Ledger {
    pub(super) fn new(
        acl: &WebAcl,
        protection: &Protection,
        library: &Library,
        previous: Option<&Self>,
    ) -> Self {
        let logging = protection.logging.as_deref().and_then(|json| {
            LoggingConfiguration::from_json(json.as_bytes())
                .inspect_err(|error| {
                    let web_acl = &protection.web_acl;
                    tracing::error!(web_acl, %error, "the logging configuration can't be read; nothing is logged");
                })
                .ok()
        });
        let pages = previous.map_or_else(Pages::new, |ledger| Arc::clone(&ledger.pages));
        Self {
            recorder: Recorder::new(acl, &protection.web_acl, logging.as_ref(), library),
            pages,
        }
    }

    /// Writes a decision down.
    pub(super) fn record(&self, request: &HttpRequest<'_>, verdict: &Verdict<'_>, facts: &Facts<'_>) {
        // The line is made before the page is locked.
        let line = self.recorder.log_line(request, verdict, facts);
        let mut part = self.pages.parts[own_part()].lock();
        self.recorder.count(verdict, facts, &mut part.counters);
        self.recorder.sample(request, verdict, facts, &mut part.sampler);
        if let Some(line) = line {
            if part.lines.len() < MOST_LINES {
                part.lines.push(line);
            } else {
                self.pages.lost_lines.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Everything since the last report; `None` if nothing happened.
    pub(super) fn report(
        &self,
        web_acl: &str,
        plan: &Plan,
        rates: &RateCounters,
        now: u64,
    ) -> Option<WebAclReport> {
        let mut report = WebAclReport {
            web_acl: web_acl.to_owned(),
            rate_limited: limited(plan, rates, now),
            ..WebAclReport::default()
        };
        for part in &self.pages.parts {
            let mut part = part.lock();
            report
                .counts
                .extend(part.counters.drain().into_iter().map(|count| {
                    MetricCount {
                        minute: count.minute,
                        name: count.name.to_owned(),
                        dimensions: count
                            .dimensions
                            .into_iter()
                            .map(|(name, value)| (name.to_owned(), value))
                            .collect(),
                        count: count.count,
                    }
                }));
            report
                .samples
                .extend(part.sampler.drain().into_iter().map(|sample| Sample {
                    metric: sample.metric,
                    at: sample.at,
                    weight: sample.weight,
                    request: sample.request,
                }));
            report.log_lines.append(&mut part.lines);
        }
        let lost = self.pages.lost_lines.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::error!(
                web_acl,
                lost,
                "more was logged than could be passed on; the rest is lost"
            );
        }
        let mut before = self.pages.limited.lock();
        let changed = *before != report.rate_limited;
        before.clone_from(&report.rate_limited);
        let said = changed || !report.counts.is_empty() || !report.log_lines.is_empty();
        said.then_some(report)
    }
}

/// The addresses that rate-based rules hold back.
fn limited(plan: &Plan, rates: &RateCounters, now: u64) -> Vec<RateLimited> {
    plan.rate_based_rules()
        .filter(|rule| rule.by_address)
        .filter_map(|rule| {
            Some(RateLimited {
                rule: rule.rule.to_owned(),
                rule_in_group: rule.rule_in_group.map(ToOwned::to_owned),
                addresses: rates.instance(rule.index)?.limited_addresses(now),
            })
        })
        .collect()
}

impl Pages {
    fn new() -> Arc<Self> {
        let part = |_| {
            Mutex::new(Part {
                counters: Counters::default(),
                sampler: Sampler::new(crate::balance::random(), SAMPLE_BUDGET),
                lines: Vec::new(),
            })
        };
        Arc::new(Self {
            parts: std::array::from_fn(part),
            lost_lines: AtomicU64::new(0),
            limited: Mutex::default(),
        })
    }
}

/// The part that this thread writes into.
fn own_part() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed) % PARTS);
    }
    OWN.get()
}
