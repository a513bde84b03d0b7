//! Running what is due.

use std::{collections::HashMap, error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use haechi_core::{Clock, Timestamp};
use haechi_store::{Store, StoreError, Subscription, Txn};
use parking_lot::RwLock;
use tokio::sync::{Mutex, Notify, watch};

use crate::{
    lease::{Epoch, Fenced, Lease, RENEW_EVERY},
    table::{self, Met, Timer},
};

/// The pause after the first failure of a handler; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(6);
/// Clocks may be set; so often the time is looked at, whatever the next timer says.
const LOOK_EVERY: Duration = Duration::from_secs(30);
const AFTER_AN_ERROR: Duration = Duration::from_secs(1);

/// Why a handler failed; it is logged and the handler is called again later.
pub type HandlerError = Box<dyn Error + Send + Sync>;

/// What happens when a timer is due.
#[async_trait]
pub trait TimerHandler: Send + Sync {
    /// Does what the timer is for. Called at least once, by one node; may find it done already, or the thing gone.
    /// May schedule further timers, the same one included.
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError>;
}

/// The timers of a node.
pub struct Timers {
    store: Store,
    clock: Arc<dyn Clock>,
    lease: Lease,
    handlers: RwLock<HashMap<(String, String), Arc<dyn TimerHandler>>>,
    /// Rings when the table of timers changes.
    changed: Arc<Notify>,
    _watching: Subscription,
    /// Held while timers run: the runner and a jump of the clock must not run the same one.
    running: Mutex<()>,
}

impl Timers {
    /// Timers on a store; `node` must differ from node to node.
    pub fn new(store: Store, clock: Arc<dyn Clock>, node: impl Into<String>) -> Arc<Self> {
        let changed = Arc::new(Notify::new());
        let ring = changed.clone();
        let watching = store.on_change(&table::watched(), move |_| ring.notify_one());
        Arc::new(Self {
            lease: Lease::new(store.clone(), "timers", node),
            store,
            clock,
            handlers: RwLock::default(),
            changed,
            _watching: watching,
            running: Mutex::default(),
        })
    }

    /// Says what happens when a timer of a service and kind is due. To be called before [`Timers::run`].
    pub fn register(
        &self,
        service: impl Into<String>,
        kind: impl Into<String>,
        handler: Arc<dyn TimerHandler>,
    ) {
        self.handlers
            .write()
            .insert((service.into(), kind.into()), handler);
    }

    /// Runs what is due while this node holds the lease; never returns. Dropping the future stops it: a handler that
    /// was running will be called again, by this node or another. See [`Timers::release`].
    pub async fn run(&self) {
        let (epoch, held) = watch::channel(None);
        tokio::join!(self.keep_lease(epoch), self.work(held));
    }

    /// Lets another node go on at once; for an orderly shutdown, after [`Timers::run`] was stopped.
    pub async fn release(&self) -> Result<(), StoreError> {
        self.lease.release().await
    }

    /// Runs everything that is due at `now`, whatever its handlers schedule meanwhile included, in order. Does not ask
    /// for the lease: for tests, and for nodes that are alone.
    pub async fn run_due(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.advance_to(now, |_| ()).await
    }

    /// As [`Timers::run_due`], and moves time along: before each timer runs, `set_clock` is given the instant at which
    /// it runs, and at the end `until`. So a year passes as it would have, with each handler seeing its own time.
    pub async fn advance_to(
        &self,
        until: Timestamp,
        set_clock: impl Fn(Timestamp) + Send + Sync,
    ) -> Result<usize, StoreError> {
        let _running = self.running.lock().await;
        let mut ran = 0;
        while let Some(met) = table::first(&self.store).await?.filter(|met| met.run_at <= until) {
            set_clock(met.run_at);
            // Without a clock that follows, a failed handler still has to wait from its own time.
            self.fire(&met, None, met.run_at).await?;
            ran += 1;
        }
        set_clock(until);
        Ok(ran)
    }

    async fn keep_lease(&self, epoch: watch::Sender<Option<Epoch>>) {
        loop {
            let renewed = tokio::time::timeout(RENEW_EVERY, self.lease.renew()).await;
            let held = match renewed {
                Ok(Ok(held)) => held,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the timers' lease can't be renewed");
                    None
                }
                Err(_) => None,
            };
            epoch.send_if_modified(|before| std::mem::replace(before, held) != held);
            tokio::time::sleep(RENEW_EVERY).await;
        }
    }

    async fn work(&self, mut held: watch::Receiver<Option<Epoch>>) {
        loop {
            let epoch = *held.borrow_and_update();
            let pause = match epoch {
                None => LOOK_EVERY,
                Some(epoch) => self.run_first(epoch).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "timers can't be run");
                    AFTER_AN_ERROR
                }),
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.changed.notified() => {}
                _ = held.changed() => {}
            }
        }
    }

    /// Runs the first timer if it is due; returns how long there is nothing to do.
    async fn run_first(&self, epoch: Epoch) -> Result<Duration, StoreError> {
        let _running = self.running.lock().await;
        let Some(met) = table::first(&self.store).await? else {
            return Ok(LOOK_EVERY);
        };
        let now = self.clock.now();
        if met.run_at > now {
            return Ok(self.clock.until(met.run_at).min(LOOK_EVERY));
        }
        self.fire(&met, Some(epoch), now).await?;
        Ok(Duration::ZERO)
    }

    async fn fire(&self, met: &Met, epoch: Option<Epoch>, now: Timestamp) -> Result<(), StoreError> {
        let Timer {
            service, kind, id, ..
        } = &met.timer;
        let handler = self
            .handlers
            .read()
            .get(&(service.clone(), kind.clone()))
            .cloned();
        let result = match handler {
            Some(handler) => handler.due(&met.timer).await,
            None => Err("nobody has registered for it".into()),
        };
        let run_again = result
            .as_ref()
            .err()
            .map(|_| now_plus(now, pause_after(met.failures)));
        if let Err(error) = result {
            tracing::warn!(service, kind, id, failures = met.failures + 1, %error, "a timer's handler failed");
        }
        self.store
            .txn(|t: Txn| async move {
                if let Some(epoch) = epoch
                    && self.lease.fence(&t, epoch).await? == Fenced::Lost
                {
                    // The new holder runs it again; that is what "at least once" means.
                    return Ok(());
                }
                match run_again {
                    None => table::done(&t, met).await,
                    Some(run_at) => table::postpone(&t, met, run_at).await,
                }
            })
            .await
    }
}

fn pause_after(failures: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(LONGEST_PAUSE)
}

fn now_plus(now: Timestamp, pause: Duration) -> Timestamp {
    Timestamp::from_millis(now.as_millis().saturating_add(pause.as_millis() as i64))
}

#[cfg(test)]
mod tests;
