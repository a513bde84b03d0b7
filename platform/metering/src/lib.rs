//! Counts every call, for metrics and for the bill.
