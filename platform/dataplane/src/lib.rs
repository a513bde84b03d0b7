//! The contract between the services that describe web traffic and the gateway that carries it.
//!
//! Services say what is served ([`Fronts`]: load balancers, stages, distributions) and what guards it
//! ([`Protections`]: web ACLs). [`Control`] joins them to a [`Snapshot`]; a gateway, in the same process or another,
//! takes snapshots from a [`ControlPlane`] and gives [`Report`]s back. Everything that crosses is plain data that
//! serializes, so that both sides may be apart.

pub mod associations;
mod control;
pub mod front;
mod protection;
pub mod report;
mod revision;
mod snapshot;

pub use control::{Control, protectable};
pub use front::{Front, ResourceKind};
pub use protection::{Protection, SigningKey};
pub use report::{Report, ReportSink};
pub use revision::{revision, touch};
pub use snapshot::{ControlPlane, Fronts, Protections, Snapshot, WebAcls};
