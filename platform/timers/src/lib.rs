//! Work that falls due: a table of timers, run under a lease.
//!
//! A service schedules a timer in the transaction of the change that asks for it ("delete this key in seven days"),
//! and registers a [`TimerHandler`] for what is to happen then. Of the nodes on one store, the one that holds the
//! [`lease`] runs what is due, in the order of time; a handler is called *at least once* for each timer and so must
//! be idempotent. One that fails is called again, later and later.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use haechi_core::Clock;
//! # use haechi_store::{Scope, Store, StoreError, Txn};
//! # use haechi_timers::{Timer, TimerHandler, Timers, HandlerError};
//! # async fn example(store: Store, clock: Arc<dyn Clock>, scope: Scope) -> Result<(), StoreError> {
//! struct DeleteKey;
//! #[async_trait::async_trait]
//! impl TimerHandler for DeleteKey {
//!     async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
//!         println!("{} is to be deleted", timer.id);
//!         Ok(())
//!     }
//! }
//!
//! let timers = Timers::new(store.clone(), clock.clone(), "node-1");
//! timers.register("kms", "delete-key", Arc::new(DeleteKey));
//! store.txn(|t: Txn| {
//!     let timer = Timer::new("kms", "delete-key", &scope, "key-1", clock.now());
//!     async move { haechi_timers::schedule(&t, timer).await }
//! }).await?;
//! timers.run().await;
//! # Ok(()) }
//! ```

pub mod lease;
mod runner;
mod table;

pub use runner::{HandlerError, TimerHandler, Timers};
pub use table::{Timer, cancel, schedule, scheduled};
