//! CloudTrail records: built from calls, appended to the log, read back.
