//! Counts every call, for metrics and for the bill.

mod calls;

pub use calls::{CallCount, CallKey, Calls};
