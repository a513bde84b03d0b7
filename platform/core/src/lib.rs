//! What every service shares and none owns.
//!
//! - [`ids`], [`arn`], [`access_key_id`]: accounts, Regions and names of things as types.
//! - [`clock`], [`random`]: time and chance as parameters.
//! - [`principal`]: who calls, and with which credentials.
//! - [`call`]: one request on its way through the pipeline, and what it leaves for the audit record.
//! - [`gate`]: the only place where an [`Authorized`] value can be made.
//! - [`tags`]: the condition keys of tags.
//! - [`page`]: pages of lists and their tokens.
//! - [`service`]: how a service registers its operations.
//! - [`platform`]: the handles that every service is given.
//! - [`ports`]: what the platform asks of services, and services of each other.
//! - [`telemetry`]: ports for log lines and metrics.
//! - [`failure`]: why an operation did not succeed.

pub mod access_key_id;
pub mod arn;
pub mod call;
pub mod clock;
pub mod failure;
pub mod gate;
pub mod ids;
pub mod page;
pub mod platform;
pub mod ports;
pub mod principal;
pub mod random;
pub mod service;
pub mod tags;
pub mod telemetry;

pub use arn::Arn;
pub use call::{AuditedResource, Call, Origin};
pub use clock::{Clock, SimulatedClock, SystemClock};
pub use failure::{Failure, access_denied, speaks_json};
pub use gate::{Ask, Authorized, Gate, Ruling};
pub use haechi_wire::Timestamp;
pub use ids::{AccountId, Partition, Region};
pub use page::TokenForm;
pub use platform::Platform;
pub use principal::{Caller, Principal, Session};
pub use random::{Random, SystemRandom};
pub use service::{Router, Service};
