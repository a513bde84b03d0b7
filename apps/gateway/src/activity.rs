//! When a connection did something last, so that silent and slow clients can be told from busy ones.
//!
//! No timers per request: the connection notes the coarse time of its reads and writes, and once a second one task
//! per worker looks over all connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::Notify;

use crate::permits::Permit;

/// Whole seconds since the gateway started.
#[derive(Debug, Default)]
pub(crate) struct Ticker(AtomicU32);

impl Ticker {
    pub(crate) fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, seconds: u32) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

/// No head is being read.
const NO_HEAD: u32 = u32::MAX;

/// What one connection is doing.
#[derive(Debug)]
pub(crate) struct Activity {
    ticker: Arc<Ticker>,
    last: AtomicU32,
    /// When the head that is being read began.
    head_since: AtomicU32,
    in_flight: AtomicU32,
    /// How long silence is borne, in seconds; the front of the last request says so.
    patience: AtomicU32,
    /// It became a tunnel: what passes is no longer HTTP.
    tunnel: AtomicBool,
    over: Notify,
    /// Counts the connection, also once it is a tunnel.
    _permit: Option<Permit>,
}

/// How long a client may take for a head, and how long silence is borne before the first front said otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) head: u32,
    pub(crate) idle: u32,
}

impl Activity {
    pub(crate) fn new(ticker: Arc<Ticker>, patience: Patience, permit: Option<Permit>) -> Arc<Self> {
        let now = ticker.now();
        Arc::new(Self {
            ticker,
            last: AtomicU32::new(now),
            // A client that says nothing at all is as slow as one that says half a head.
            head_since: AtomicU32::new(now),
            in_flight: AtomicU32::new(0),
            patience: AtomicU32::new(patience.idle),
            tunnel: AtomicBool::new(false),
            over: Notify::new(),
            _permit: permit,
        })
    }

    /// Bytes came or went.
    pub(crate) fn touch(&self) {
        self.last.store(self.ticker.now(), Ordering::Relaxed);
    }

    /// Whether a head is half read.
    pub(crate) fn set_in_head(&self, reading: bool) {
        if !reading {
            self.head_since.store(NO_HEAD, Ordering::Relaxed);
        } else if self.head_since.load(Ordering::Relaxed) == NO_HEAD {
            self.head_since.store(self.ticker.now(), Ordering::Relaxed);
        }
    }

    /// A request began.
    pub(crate) fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.touch();
    }

    /// A request ended, its response sent.
    pub(crate) fn end(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.touch();
    }

    /// The front of the present request bears this much silence.
    pub(crate) fn set_patience(&self, seconds: u32) {
        self.patience.store(seconds, Ordering::Relaxed);
    }

    pub(crate) fn set_tunnel(&self) {
        self.tunnel.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_tunnel(&self) -> bool {
        self.tunnel.load(Ordering::Relaxed)
    }

    /// Whether the connection's time is over.
    pub(crate) fn is_over(&self, patience: Patience) -> bool {
        let now = self.ticker.now();
        let head_since = self.head_since.load(Ordering::Relaxed);
        if head_since != NO_HEAD && now.saturating_sub(head_since) > patience.head {
            return true;
        }
        let silent = self.silent_for();
        let busy = self.in_flight.load(Ordering::Relaxed) > 0;
        // Under a request, the exchange's own limits come first and answer properly.
        let slack = if busy { 5 } else { 0 };
        silent > self.patience.load(Ordering::Relaxed).saturating_add(slack)
    }

    /// Seconds since bytes came or went.
    pub(crate) fn silent_for(&self) -> u32 {
        self.ticker
            .now()
            .saturating_sub(self.last.load(Ordering::Relaxed))
    }

    /// Ends the connection.
    pub(crate) fn finish(&self) {
        self.over.notify_one();
    }

    /// Waits for the end.
    pub(crate) async fn finished(&self) {
        self.over.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { head: 10, idle: 60 };

    fn activity() -> (Arc<Ticker>, Arc<Activity>) {
        let ticker = Arc::new(Ticker::default());
        (Arc::clone(&ticker), Activity::new(ticker, PATIENCE, None))
    }

    #[test]
    fn a_client_that_never_ends_its_head_is_cut_off_however_busily_it_sends() {
        let (ticker, activity) = activity();
        for second in 0..=11 {
            ticker.set(second);
            activity.set_in_head(true);
            activity.touch();
            assert_eq!(activity.is_over(PATIENCE), second > 10, "{second}");
        }
    }

    #[test]
    fn silence_is_borne_as_long_as_the_front_says() {
        let (ticker, activity) = activity();
        activity.set_in_head(false);
        activity.begin();
        activity.set_patience(2);
        ticker.set(7);
        assert!(!activity.is_over(PATIENCE), "the exchange itself answers first");
        activity.end();
        ticker.set(9);
        assert!(!activity.is_over(PATIENCE));
        ticker.set(10);
        assert!(activity.is_over(PATIENCE));
    }
}
