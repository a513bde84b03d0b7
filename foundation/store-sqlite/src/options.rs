//! How the backend is dimensioned.

use std::time::Duration;

/// What can be set; the default suits a server.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// How long a group of commits may wait for further ones while many are writing. A lone writer never waits.
    pub gather: Duration,
    /// The most jobs in one SQL transaction.
    pub max_group: usize,
    /// The size of the write-ahead log, in pages of 4 KiB, from which it is moved into the data file.
    pub checkpoint_pages: u32,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            gather: Duration::from_micros(500),
            max_group: 4096,
            checkpoint_pages: 4000,
        }
    }
}
