//! The test bench for web ACLs: recorded traffic in, verdicts out; what rules cost; what is wrong with them.
//!
//! [`test()`] judges recordings by one web ACL or by two and reports; [`capacity`](mod@capacity) counts capacity units;
//! [`lint`](mod@lint) reads rules for what AWS accepts and people do not mean. Nothing here needs a server.

#![allow(
    clippy::format_push_string,
    reason = "reports are made of short texts; `write!` to a String would have to be unwrapped"
)]

pub mod capacity;
mod document;
mod error;
mod explain;
pub mod lint;
mod options;
mod protect;
mod recording;
mod report;
mod run;
mod sources;
mod tally;
mod worker;

pub use document::{Known, SearchStrings};
pub use error::BenchError;
pub use options::{Explain, FailOn, Listing, ReportFormat, TestOptions};
pub use protect::protection;
pub use run::{Outcome, test};
pub use sources::{Judge, References, Sources};
