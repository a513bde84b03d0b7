//! The cloudtrail service.
