//! What a person, or a script, reads of a run.

use std::fmt::Write;
use std::time::Duration;

use serde_json::json;

use crate::run::Outcome;
use crate::setup::Target;

/// The run as text.
pub fn text(target: &Target, connections: usize, outcome: &Outcome) -> String {
    let latencies = &outcome.latencies;
    let mut text = format!(
        "{} ({} B) at http://{}, {connections} connections, {:.1} s\n",
        target.operation.name(),
        target.payload,
        target.endpoint.authority(),
        outcome.elapsed.as_secs_f64()
    );
    let mut line = |name: &str, value: String| {
        writeln!(text, "  {name:<10} {value:>12}").expect("writing to a string");
    };
    line("requests", latencies.count().to_string());
    line("req/s", format!("{:.0}", outcome.rate()));
    line("p50", millis(latencies.percentile(50.0)));
    line("p99", millis(latencies.percentile(99.0)));
    line("p99.9", millis(latencies.percentile(99.9)));
    line("max", millis(latencies.max()));
    line("errors", outcome.failed().to_string());
    if outcome.opened > connections as u64 {
        line("reconnects", (outcome.opened - connections as u64).to_string());
    }
    for (code, count) in &outcome.errors {
        writeln!(text, "  {count:>10} x {code}").expect("writing to a string");
    }
    if let Some(first) = &outcome.first_error {
        writeln!(text, "  first: {}", first.chars().take(400).collect::<String>())
            .expect("writing to a string");
    }
    text
}

/// The run as one line of JSON; latencies in microseconds.
pub fn json(target: &Target, connections: usize, outcome: &Outcome) -> String {
    let micros = |duration: Duration| duration.as_nanos() as f64 / 1000.0;
    let latencies = &outcome.latencies;
    json!({
        "operation": target.operation.name(),
        "endpoint": format!("http://{}", target.endpoint.authority()),
        "payload": target.payload,
        "connections": connections,
        "seconds": outcome.elapsed.as_secs_f64(),
        "requests": latencies.count(),
        "requests_per_second": outcome.rate(),
        "p50_us": micros(latencies.percentile(50.0)),
        "p99_us": micros(latencies.percentile(99.0)),
        "p999_us": micros(latencies.percentile(99.9)),
        "max_us": micros(latencies.max()),
        "errors": outcome.errors,
    })
    .to_string()
}

fn millis(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1000.0)
}
