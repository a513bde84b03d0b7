//! The path of a request.
//!
//! ```text
//! listener → limits → route → authenticate → decode + validate → throttle → handler → encode → audit → meter
//! ```
//!
//! Every request of every service passes these stages in this order, calls from inside the process (ports, console)
//! included; those enter after `authenticate`. See `docs/request-path.md` for the chart with its errors.

mod admin;
mod authenticate;
mod config;
mod direct;
mod http_front;
mod invoke;
mod listener;
mod pipeline;
mod reply;
mod rest_route;
mod rewind;
mod route;
mod session_limits;
mod throttle;
mod unrouted;

pub use admin::{Admin, AdminError, AdminReply};
pub use config::{AuditMode, PipelineConfig, SignaturePolicy};
pub use listener::{Listener, ListenerError, Shutdown};
pub use pipeline::{Pipeline, PipelineParts};
