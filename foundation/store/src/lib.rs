//! The store: transactions over ordered keys, typed tables, the event log.
