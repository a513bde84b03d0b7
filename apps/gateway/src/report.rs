//! What the gateway tells the control plane, four times a second: who sends a request and then asks for its sample finds it.

use std::sync::Arc;
use std::time::Duration;

use haechi_dataplane::ControlPlane;
use haechi_dataplane::report::{FrontCount, Report};

use crate::health;
use crate::shared::Shared;

/// How often reports are made.
const EVERY: Duration = Duration::from_millis(250);
/// Reports that could not be delivered are joined; at most this many log lines and samples are kept of them.
const MOST_KEPT: usize = 100_000;

/// Makes reports.
pub(crate) struct Reporter {
    shared: Arc<Shared>,
    control: Arc<dyn ControlPlane>,
    name: String,
    /// What could not be delivered.
    pending: Report,
}

impl Reporter {
    pub(crate) fn new(shared: Arc<Shared>, control: Arc<dyn ControlPlane>, name: String) -> Self {
        Self {
            shared,
            control,
            name,
            pending: Report::default(),
        }
    }

    /// Reports for as long as it is polled.
    pub(crate) async fn run(mut self) {
        let mut due = tokio::time::interval(EVERY);
        due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            due.tick().await;
            self.once().await;
        }
    }

    /// Makes one report, if there is anything to say.
    pub(crate) async fn once(&mut self) {
        self.collect();
        let report = &self.pending;
        if report.web_acls.is_empty() && report.targets.is_empty() && report.fronts.is_empty() {
            return;
        }
        match self.control.report(report.clone()).await {
            Ok(()) => self.pending = Report::default(),
            Err(error) => tracing::warn!(%error, "a report was not taken; it will be told again"),
        }
    }

    fn collect(&mut self) {
        let now = u64::try_from(self.shared.clock.now().as_millis()).unwrap_or(0);
        let minute = now / 60_000 * 60;
        self.pending.gateway.clone_from(&self.name);
        self.pending.targets = health::report(&self.shared.board.groups());
        for (resource, [requests, front_4xx, front_5xx, target_5xx]) in self.shared.board.take_front_counts()
        {
            self.pending.fronts.push(FrontCount {
                resource,
                minute,
                requests,
                front_4xx,
                front_5xx,
                target_5xx,
            });
        }
        for guard in self.shared.guards.all() {
            if let Some(report) = guard.report(now) {
                self.pending.web_acls.push(report);
            }
        }
        self.shorten();
    }

    /// A control plane that is away for long must not fill our memory.
    fn shorten(&mut self) {
        let lines: usize = self
            .pending
            .web_acls
            .iter()
            .map(|report| report.log_lines.len() + report.samples.len())
            .sum();
        if lines > MOST_KEPT
            || self.pending.web_acls.len() > MOST_KEPT
            || self.pending.fronts.len() > MOST_KEPT
        {
            tracing::error!(
                lines,
                "the control plane takes no reports; log lines and samples are lost"
            );
            for report in &mut self.pending.web_acls {
                report.log_lines.clear();
                report.samples.clear();
            }
            self.pending.fronts.clear();
        }
    }
}
