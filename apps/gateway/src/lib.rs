//! The HTTP data plane: carries web traffic and evaluates web ACLs on it.
//!
//! ```text
//! worker → TLS, framing → exchange: host → front → web ACL → rules → server → response
//! ```
//!
//! [`Guards`] hold the web ACLs in force; a [`Guard`] decides about a request. A [`Gateway`] carries the traffic: it
//! follows a control plane, takes connections on threads of its own and asks the guards. See README.md for the
//! invariants.

mod access_log;
mod activity;
mod balance;
mod board;
mod body;
mod client_io;
mod exchange;
mod finish;
mod framing;
mod gateway;
pub mod guard;
mod guards;
mod headers;
mod health;
mod host;
pub mod integrations;
pub mod metrics;
mod permits;
mod report;
mod routes;
mod shared;
mod target;
pub mod tls;
mod upstream;
mod worker;

pub use gateway::{Gateway, GatewayConfig, GatewayError};
pub use guard::{Answer, Decision, Guard, Visit};
pub use guards::{Guards, Standing};
