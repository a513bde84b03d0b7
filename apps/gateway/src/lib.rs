//! The HTTP data plane: carries web traffic and evaluates web ACLs on it.
//!
//! [`Guards`] hold the web ACLs in force; a [`Guard`] decides about a request. What carries the traffic asks them.

mod framing;
pub mod guard;
mod guards;

pub use guard::{Answer, Decision, Guard, Visit};
pub use guards::{Guards, Standing};
