//! Work that falls due: a table of timers, run under a lease.
