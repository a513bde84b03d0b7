//! Prometheus metrics on a port of their own.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use haechi_core::Timestamp;
use haechi_gateway::metrics::Source;
use haechi_metering::{BUCKETS_MICROS, CallCount, CallKey, Calls};
use haechi_pipeline::Shutdown;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A bound port.
pub(crate) struct Metrics {
    socket: TcpListener,
    calls: Arc<Calls>,
    started: Timestamp,
    gateway: Option<Source>,
}

impl Metrics {
    pub(crate) async fn bind(
        address: SocketAddr,
        calls: Arc<Calls>,
        started: Timestamp,
        gateway: Option<Source>,
    ) -> anyhow::Result<Self> {
        let socket = TcpListener::bind(address).await.with_context(|| {
            format!("cannot serve metrics on {address}; give another --metrics-listen, or `off`")
        })?;
        Ok(Self {
            socket,
            calls,
            started,
            gateway,
        })
    }

    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until the shutdown. A scrape that is under way then is cut off.
    pub(crate) async fn serve(self, shutdown: Shutdown) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept() => if let Ok((stream, _)) = accepted {
                    let (calls, started) = (Arc::clone(&self.calls), self.started);
                    let gateway = self.gateway.clone();
                    connections.spawn(async move {
                        let answering = service_fn(move |request| {
                            let reply = answer(&request, &calls, started, gateway.as_ref());
                            async move { Ok::<_, Infallible>(reply) }
                        });
                        let mut builder = hyper::server::conn::http1::Builder::new();
                        builder.timer(TokioTimer::new());
                        if let Err(error) = builder.serve_connection(TokioIo::new(stream), answering).await {
                            tracing::debug!(%error, "a metrics connection ended");
                        }
                    });
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                () = shutdown.started() => return,
            }
        }
    }
}

fn answer<B>(
    request: &http::Request<B>,
    calls: &Calls,
    started: Timestamp,
    gateway: Option<&Source>,
) -> http::Response<Full<Bytes>> {
    let found = request.method() == http::Method::GET && request.uri().path() == "/metrics";
    let (status, body) = if found {
        let mut page = page(&calls.snapshot(), started);
        if let Some(gateway) = gateway {
            gateway.write(&mut page);
        }
        (http::StatusCode::OK, page)
    } else {
        (
            http::StatusCode::NOT_FOUND,
            "metrics are at /metrics\n".to_owned(),
        )
    };
    let mut response = http::Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let kind = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}

/// The page in Prometheus's text format.
fn page(counts: &[(CallKey, CallCount)], started: Timestamp) -> String {
    let mut page = String::with_capacity(4_096);
    head(&mut page, "haechi_build_info", "gauge", "Version of this build.");
    let version = env!("CARGO_PKG_VERSION");
    line(
        &mut page,
        format_args!("haechi_build_info{{version=\"{version}\"}} 1"),
    );
    head(
        &mut page,
        "process_start_time_seconds",
        "gauge",
        "When the process started, in seconds since the epoch.",
    );
    line(
        &mut page,
        format_args!("process_start_time_seconds {:.3}", started.epoch_seconds()),
    );

    head(
        &mut page,
        "haechi_calls_total",
        "counter",
        "Calls by service, operation and error code; empty for success.",
    );
    for (key, count) in counts.iter().filter(|(key, _)| !key.operation.is_empty()) {
        line(
            &mut page,
            format_args!("haechi_calls_total{{{}}} {}", labels(key), count.calls),
        );
    }
    head(
        &mut page,
        "haechi_refused_total",
        "counter",
        "Requests refused before they were a call, by reason.",
    );
    for (key, count) in counts.iter().filter(|(key, _)| key.operation.is_empty()) {
        let (service, error) = (escape(&key.service), escape(&key.error));
        line(
            &mut page,
            format_args!(
                "haechi_refused_total{{service=\"{service}\",error=\"{error}\"}} {}",
                count.calls
            ),
        );
    }
    head(
        &mut page,
        "haechi_call_seconds",
        "histogram",
        "How long calls took, from decoded request to audited answer.",
    );
    for (key, count) in counts.iter().filter(|(key, _)| !key.operation.is_empty()) {
        histogram(&mut page, &labels(key), count);
    }
    page
}

fn histogram(page: &mut String, labels: &str, count: &CallCount) {
    let mut below = 0;
    for (bound, calls) in BUCKETS_MICROS.iter().zip(count.buckets) {
        below += calls;
        let seconds = *bound as f64 / 1e6;
        line(
            page,
            format_args!("haechi_call_seconds_bucket{{{labels},le=\"{seconds}\"}} {below}"),
        );
    }
    line(
        page,
        format_args!(
            "haechi_call_seconds_bucket{{{labels},le=\"+Inf\"}} {}",
            count.calls
        ),
    );
    line(
        page,
        format_args!(
            "haechi_call_seconds_sum{{{labels}}} {}",
            count.micros as f64 / 1e6
        ),
    );
    line(
        page,
        format_args!("haechi_call_seconds_count{{{labels}}} {}", count.calls),
    );
}

fn labels(key: &CallKey) -> String {
    let (service, error) = (escape(&key.service), escape(&key.error));
    format!(
        "service=\"{service}\",operation=\"{}\",error=\"{error}\"",
        key.operation
    )
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn head(page: &mut String, name: &str, kind: &str, help: &str) {
    line(page, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = writeln!(page, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up_and_refusals_stand_apart() {
        let call = CallKey {
            service: "kms".into(),
            operation: "Encrypt",
            error: "".into(),
        };
        let refused = CallKey {
            service: "a\"b".into(),
            operation: "",
            error: "SignatureDoesNotMatch".into(),
        };
        let count = CallCount {
            calls: 3,
            micros: 3_000,
            buckets: [1, 0, 1, 0, 0, 0, 0, 0, 0],
        };
        let counts = [
            (
                refused,
                CallCount {
                    calls: 2,
                    ..CallCount::default()
                },
            ),
            (call, count),
        ];
        let page = page(&counts, Timestamp::from_millis(1_500));
        for wanted in [
            "process_start_time_seconds 1.500\n",
            "haechi_calls_total{service=\"kms\",operation=\"Encrypt\",error=\"\"} 3\n",
            "haechi_refused_total{service=\"a\\\"b\",error=\"SignatureDoesNotMatch\"} 2\n",
            "error=\"\",le=\"0.0005\"} 2\n",
            "error=\"\",le=\"+Inf\"} 3\n",
            "haechi_call_seconds_sum{service=\"kms\",operation=\"Encrypt\",error=\"\"} 0.003\n",
        ] {
            assert!(page.contains(wanted), "{wanted} is not in\n{page}");
        }
    }
}
