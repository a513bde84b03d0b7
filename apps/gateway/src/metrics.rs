//! The gateway's numbers in Prometheus's text format.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::board::State;
use crate::shared::Shared;

/// Where numbers are read from.
#[derive(Clone)]
pub struct Source(Arc<Shared>);

impl Source {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Adds the gateway's metrics to a page.
    pub fn write(&self, page: &mut String) {
        let shared = &self.0;
        let totals = &shared.totals;
        head(
            page,
            "haechi_gateway_responses_total",
            "counter",
            "Responses by class of status.",
        );
        for class in 1..=5 {
            let count = totals.responses(class);
            line(
                page,
                format_args!("haechi_gateway_responses_total{{class=\"{class}xx\"}} {count}"),
            );
        }
        head(
            page,
            "haechi_gateway_connections",
            "gauge",
            "Connections of clients.",
        );
        line(
            page,
            format_args!("haechi_gateway_connections {}", shared.permits.present()),
        );
        head(
            page,
            "haechi_gateway_connections_ended_total",
            "counter",
            "Connections refused for being too many, and cut for being silent or slow.",
        );
        let refused = totals.refused_connections.load(Ordering::Relaxed);
        let cut = totals.cut_connections.load(Ordering::Relaxed);
        line(
            page,
            format_args!("haechi_gateway_connections_ended_total{{why=\"refused\"}} {refused}"),
        );
        line(
            page,
            format_args!("haechi_gateway_connections_ended_total{{why=\"cut\"}} {cut}"),
        );
        if let Some(log) = &shared.access_log {
            head(
                page,
                "haechi_gateway_log_lines_dropped_total",
                "counter",
                "Lines of the access log that were dropped because the disk was too slow.",
            );
            line(
                page,
                format_args!("haechi_gateway_log_lines_dropped_total {}", log.dropped()),
            );
        }
        self.targets(page);
    }

    fn targets(&self, page: &mut String) {
        head(
            page,
            "haechi_gateway_targets",
            "gauge",
            "Targets by group and health.",
        );
        for group in self.0.board.groups() {
            for (name, state) in [
                ("initial", State::Initial),
                ("healthy", State::Healthy),
                ("unhealthy", State::Unhealthy),
            ] {
                let count = group
                    .targets
                    .iter()
                    .filter(|target| target.state() == state)
                    .count();
                let arn = &group.arn;
                line(
                    page,
                    format_args!("haechi_gateway_targets{{group=\"{arn}\",state=\"{name}\"}} {count}"),
                );
            }
        }
    }
}

fn head(page: &mut String, name: &str, kind: &str, help: &str) {
    line(page, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = writeln!(page, "{text}");
}
