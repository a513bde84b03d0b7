//! CloudTrail records: built from calls, in CloudTrail's exact shape.
//!
//! [`Trail`] implements the platform's [`AuditTrail`](haechi_core::ports::AuditTrail): one record for the caller's
//! account, and one for every other account whose resource a successful call used. Records go into the event log
//! under [`stream`]; `services/cloudtrail` reads them back.
//!
//! Shape: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element".

mod identity;
mod json;
mod parameters;
mod record;
mod rules;
mod trail;

pub use trail::{Trail, stream};

#[cfg(test)]
mod tests;
