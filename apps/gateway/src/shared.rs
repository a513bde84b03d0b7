//! What all workers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use haechi_core::Clock;
use http::StatusCode;

use crate::access_log::AccessLog;
use crate::activity::Ticker;
use crate::board::Board;
use crate::guards::Guards;
use crate::permits::Permits;
use crate::routes::Table;
use crate::upstream::Connector;

pub(crate) struct Shared {
    pub(crate) table: ArcSwap<Table>,
    pub(crate) guards: Arc<Guards>,
    pub(crate) board: Board,
    pub(crate) connector: Connector,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) permits: Arc<Permits>,
    pub(crate) access_log: Option<Arc<AccessLog>>,
    pub(crate) totals: Totals,
}

/// Counts for metrics, since the start.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Responses by the first digit of their status.
    responses: [AtomicU64; 6],
    pub(crate) refused_connections: AtomicU64,
    pub(crate) cut_connections: AtomicU64,
}

impl Totals {
    pub(crate) fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).min(5);
        self.responses[class].fetch_add(1, Ordering::Relaxed);
    }

    /// Responses with a status of this class.
    pub(crate) fn responses(&self, class: usize) -> u64 {
        self.responses
            .get(class)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }
}
