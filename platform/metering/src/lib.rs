//! Counts every call, for metrics and for the bill.
//!
//! [`Calls`] counts what this process did, for Prometheus. [`Usage`] counts what AWS would charge for, by account,
//! Region and month, and keeps it in the store. [`Meters`] feeds both from one call.

mod bill_class;
mod calls;
mod month;
mod usage;

use std::sync::Arc;

use haechi_core::Call;
use haechi_core::ports::Meter;

pub use bill_class::BillClass;
pub use calls::{BUCKETS_MICROS, CallCount, CallKey, Calls};
pub use month::Month;
pub use usage::{KeyTime, MonthUsage, RsaKeys, Usage, UsageLine};

/// Both meters behind the pipeline's one.
pub struct Meters {
    /// For metrics.
    pub calls: Arc<Calls>,
    /// For the bill.
    pub usage: Arc<Usage>,
}

impl Meter for Meters {
    fn count(&self, call: &Call, status: u16, error: Option<&str>, micros: u64) {
        self.calls.count(call, status, error, micros);
        // What AWS refuses it does not charge for.
        if error.is_none() {
            self.usage.count(call);
        }
    }

    fn refused(&self, service: &str, code: &str) {
        self.calls.refused(service, code);
    }
}
