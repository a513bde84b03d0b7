//! The store: transactions over ordered keys, typed tables, the event log.
//!
//! Three layers, each usable alone:
//!
//! 1. [`Backend`] is what a database must do: read a key, read a range, commit a [`Batch`] of writes if its
//!    expectations hold, append to the event log, say what changed. Three exist: [`memory::MemoryBackend`],
//!    `haechi-store-sqlite` and `haechi-store-postgres`. The `conformance` suite runs over each of them.
//! 2. [`Store`] is what services hold: typed [`Table`]s, secondary [`Index`]es and a cache of decoded records.
//! 3. [`Txn`] is a unit of change: it records what it read, and commits only if all of that still stands
//!    (optimistic concurrency), together with the log records that belong to the change.
//!
//! ```
//! # use haechi_store::{Scope, Store, StoreError, Table, memory::MemoryBackend};
//! # use serde::{Deserialize, Serialize};
//! #[derive(Serialize, Deserialize)]
//! struct Alias { target: String }
//! const ALIASES: Table<Alias> = Table::new("kms", "aliases", 1);
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let store = Store::new(MemoryBackend::shared());
//! let scope = Scope::new("aws", "000000000000", "eu-north-1");
//! store.txn(async |t: haechi_store::Txn| {
//!     t.put(&ALIASES, &scope, "alias/app", &Alias { target: "key-1".into() }).await
//! }).await?;
//! assert_eq!(store.get(&ALIASES, &scope, "alias/app").await?.unwrap().target, "key-1");
//! # Ok::<(), StoreError>(()) }).unwrap();
//! ```
//!
//! What [`Store::txn`] acknowledged is on disk. What it refused left no trace.

mod backend;
mod cache;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod index;
mod key;
pub mod log;
pub mod memory;
mod scope;
mod store;
mod table;
mod txn;
mod watch;

pub use backend::{Backend, Batch, CommitError, Direction, Expected, Listener, Revision, Versioned};
pub use error::StoreError;
pub use index::Index;
pub use key::{Id, Key, KeyBuilder, KeyPart, KeyRange, Part};
pub use log::{LogCursor, LogPage, LogQuery, LogRecord, Terms};
pub use scope::Scope;
pub use store::{Cached, Store, StoreOptions};
pub use table::{Record, Table, Upgrade};
pub use txn::Txn;
pub use watch::{Change, Subscription};

/// A list without a limit: half of what a number holds, so that adding to it doesn't wrap.
pub const ALL: usize = usize::MAX / 2;
