//! The load itself: each connection sends its next request when it has the answer to the last (a closed loop).

#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::task::LocalSet;

use crate::connection::Connection;
use crate::histogram::Histogram;
use crate::operation::Call;
use crate::request::RequestBuilder;
use crate::response::error_code;
use crate::setup::Target;

/// Numbers that one connection may count through before it meets the next one's.
const NUMBERS_PER_CONNECTION: u64 = 100_000_000;
/// A connection gives up after so many failures to exchange anything.
const MAX_FAILURES: u32 = 10;

/// When the load ends.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// After this time, and before it a warm-up that is not counted.
    Time {
        /// Not counted.
        warm_up: Duration,
        /// Counted.
        measured: Duration,
    },
    /// After so many requests, all counted.
    Requests(u64),
}

/// What was measured.
#[derive(Clone, Default)]
pub struct Outcome {
    /// Latencies of the successful requests.
    pub latencies: Histogram,
    /// Failed requests by error code.
    pub errors: BTreeMap<String, u64>,
    /// What the first failure said.
    pub first_error: Option<String>,
    /// How long it was measured.
    pub elapsed: Duration,
    /// How many connections were opened in all.
    pub opened: u64,
}

impl Outcome {
    /// Successful requests per second.
    pub fn rate(&self) -> f64 {
        self.latencies.count() as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Failed requests.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    fn fail(&mut self, code: &str, text: impl FnOnce() -> String) {
        *self.errors.entry(code.to_owned()).or_default() += 1;
        self.first_error.get_or_insert_with(text);
    }
}

/// Milliseconds since the epoch.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Loads the target with one connection per entry of `calls`, all on this thread.
pub async fn run(target: &Target, calls: Vec<Vec<Call>>, limit: Limit) -> Outcome {
    let begin = Instant::now();
    let (measured_from, end, requests) = match limit {
        Limit::Time { warm_up, measured } => (begin + warm_up, Some(begin + warm_up + measured), u64::MAX),
        Limit::Requests(requests) => (begin, None, requests),
    };
    let shared = Rc::new(Shared {
        begin,
        begin_ms: now_ms(),
        measured_from,
        end,
        left: Cell::new(requests),
        outcome: RefCell::new(Outcome::default()),
    });
    let local = LocalSet::new();
    for (index, calls) in calls.into_iter().enumerate() {
        let worker = Worker::new(
            target,
            calls,
            index as u64 * NUMBERS_PER_CONNECTION,
            Rc::clone(&shared),
        );
        local.spawn_local(worker.work());
    }
    local.await;
    let mut outcome = shared.outcome.take();
    let stopped = Instant::now();
    outcome.elapsed = end
        .map_or(stopped, |end| end.min(stopped))
        .saturating_duration_since(measured_from);
    outcome
}

struct Shared {
    begin: Instant,
    begin_ms: i64,
    measured_from: Instant,
    end: Option<Instant>,
    left: Cell<u64>,
    outcome: RefCell<Outcome>,
}

impl Shared {
    /// Takes one of the requests that are left; false if it is over.
    fn take(&self, now: Instant) -> bool {
        if self.end.is_some_and(|end| now >= end) || self.left.get() == 0 {
            return false;
        }
        self.left.set(self.left.get() - 1);
        true
    }

    /// Counts an answer if it came within the measured time.
    fn counts(&self, started: Instant, ended: Instant) -> bool {
        started >= self.measured_from && self.end.is_none_or(|end| ended <= end)
    }

    /// The wall clock, by one reading of it and the monotonic clock since.
    fn wall_ms(&self, now: Instant) -> i64 {
        self.begin_ms + now.duration_since(self.begin).as_millis() as i64
    }
}

struct Worker {
    shared: Rc<Shared>,
    connection: Connection,
    calls: Vec<(RequestBuilder, Call)>,
    number: u64,
}

impl Worker {
    fn new(target: &Target, calls: Vec<Call>, number: u64, shared: Rc<Shared>) -> Self {
        let authority = target.endpoint.authority();
        let calls = calls
            .into_iter()
            .map(|call| {
                let builder = RequestBuilder::new(
                    call.kind,
                    &target.credentials,
                    &target.region,
                    &authority,
                    shared.begin_ms,
                );
                (builder, call)
            })
            .collect();
        Self {
            shared,
            connection: Connection::new(&target.endpoint),
            calls,
            number,
        }
    }

    async fn work(mut self) {
        let mut request = Vec::with_capacity(16 * 1024);
        let mut failures = 0;
        let mut now = Instant::now();
        'load: loop {
            for (builder, call) in &mut self.calls {
                if !self.shared.take(now) {
                    break 'load;
                }
                request.clear();
                builder.write(
                    &mut request,
                    call.body.with_counter(self.number),
                    self.shared.wall_ms(now),
                );
                let started = Instant::now();
                let exchanged = self.connection.exchange(&request).await;
                now = Instant::now();
                let mut outcome = self.shared.outcome.borrow_mut();
                match exchanged {
                    Ok((head, _)) if head.succeeded() => {
                        failures = 0;
                        if self.shared.counts(started, now) {
                            outcome.latencies.record(now - started);
                        }
                    }
                    Ok((head, body)) => {
                        let status = format!("HTTP {}", head.status);
                        let code = error_code(body).unwrap_or(&status);
                        outcome.fail(code, || format!("{status}: {}", String::from_utf8_lossy(body)));
                    }
                    Err(error) => {
                        outcome.fail("no answer", || error.to_string());
                        failures += 1;
                        if failures == MAX_FAILURES {
                            break 'load;
                        }
                    }
                }
            }
            self.number += 1;
        }
        self.shared.outcome.borrow_mut().opened += self.connection.opened();
    }
}
