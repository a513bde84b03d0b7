//! A target: where it is, how it is, how much it has to do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicUsize, Ordering};

use haechi_dataplane::front;

/// A server that connections are kept to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) place: Place,
    pub(crate) tls: Option<Trust>,
    pub(crate) http2: bool,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Address(SocketAddr),
    Name(Box<str>, u16),
}

/// What is asked of a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Trust {
    /// Nothing, as load balancers ask nothing of targets.
    Any,
    /// A known authority and the right name.
    Verified,
}

const GOOD: u16 = 1;
const TIMED_OUT: u16 = 2;
const FAILED: u16 = 3;

/// The health of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Initial,
    Healthy,
    Unhealthy,
}

/// What a health check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    Good,
    BadStatus(u16),
    TimedOut,
    Failed,
}

/// A target with what is known of it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) origin: Arc<Origin>,
    pub(crate) address: SocketAddr,
    /// What says "this target" in a cookie.
    pub(crate) mark: String,
    draining: AtomicBool,
    state: AtomicU8,
    /// What the last check found: nothing yet, or a status, or one of the numbers below.
    finding: AtomicU16,
    /// Tick at which it became healthy.
    healthy_since: AtomicU32,
    outstanding: AtomicUsize,
}

impl Target {
    pub(super) fn new(group: &front::TargetGroup, target: &front::Target) -> Self {
        let address = SocketAddr::new(target.address, target.port);
        Self {
            id: target.id.clone(),
            origin: Arc::new(Origin {
                place: Place::Address(address),
                tls: group.tls.then_some(Trust::Any),
                http2: group.http2,
            }),
            address,
            mark: mark(&[&group.arn, &target.id, &target.port.to_string()]),
            draining: AtomicBool::new(target.draining),
            // Without checks, targets count as healthy.
            state: AtomicU8::new(u8::from(!group.health_check.enabled)),
            finding: AtomicU16::new(0),
            healthy_since: AtomicU32::new(0),
            outstanding: AtomicUsize::new(0),
        }
    }

    /// Whether `new` is the same target; takes over what may change.
    pub(super) fn is_still(&self, new: &Self) -> bool {
        if self.origin != new.origin {
            return false;
        }
        self.draining
            .store(new.draining.load(Ordering::Relaxed), Ordering::Relaxed);
        true
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn state(&self) -> State {
        match self.state.load(Ordering::Relaxed) {
            0 => State::Initial,
            1 => State::Healthy,
            _ => State::Unhealthy,
        }
    }

    /// Notes what checks found, at this tick.
    pub(crate) fn set_state(&self, state: State, tick: u32) {
        let number = match state {
            State::Initial => 0,
            State::Healthy => 1,
            State::Unhealthy => 2,
        };
        let before = self.state.swap(number, Ordering::Relaxed);
        if state == State::Healthy && before != number {
            self.healthy_since.store(tick, Ordering::Relaxed);
        }
    }

    /// Notes what a check found.
    pub(crate) fn found(&self, finding: Finding) {
        let number = match finding {
            Finding::Good => GOOD,
            Finding::TimedOut => TIMED_OUT,
            Finding::Failed => FAILED,
            Finding::BadStatus(status) => status,
        };
        self.finding.store(number, Ordering::Relaxed);
    }

    /// What the last check found.
    pub(crate) fn finding(&self) -> Option<Finding> {
        match self.finding.load(Ordering::Relaxed) {
            0 => None,
            GOOD => Some(Finding::Good),
            TIMED_OUT => Some(Finding::TimedOut),
            FAILED => Some(Finding::Failed),
            status => Some(Finding::BadStatus(status)),
        }
    }

    /// How long it has been healthy, in seconds.
    pub(crate) fn healthy_for(&self, tick: u32) -> u32 {
        tick.saturating_sub(self.healthy_since.load(Ordering::Relaxed))
    }

    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding.load(Ordering::Relaxed)
    }

    pub(crate) fn begin(&self) {
        self.outstanding.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) {
        self.outstanding.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Sixteen bytes of a digest in hexadecimal: names a thing in a cookie without telling its address.
pub(super) fn mark(parts: &[&str]) -> String {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in parts {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    hex::encode(&context.finish().as_ref()[..16])
}
