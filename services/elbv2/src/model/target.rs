//! A target, and what gateways say of its health.

use serde::{Deserialize, Serialize};

/// A registered target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Target {
    /// An address, an instance's id, a function's or a load balancer's ARN.
    pub(crate) id: String,
    /// None of functions.
    pub(crate) port: Option<u16>,
    #[serde(default)]
    pub(crate) zone: Option<String>,
    pub(crate) registered_ms: i64,
    /// Deregistered: until then it ends what it has.
    #[serde(default)]
    pub(crate) draining_until_ms: Option<i64>,
}

impl Target {
    /// Whether it has ended: deregistered, and its delay is over.
    pub(crate) fn is_gone(&self, now_ms: i64) -> bool {
        self.draining_until_ms.is_some_and(|until| until <= now_ms)
    }

    /// The part of the key behind the group's name.
    pub(crate) fn key_port(&self) -> u64 {
        self.port.map_or(0, u64::from)
    }
}

/// What a gateway reported last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Health {
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) description: Option<String>,
}

impl Health {
    /// A state with AWS's reason code and words.
    pub(crate) fn new(state: &str, reason: &str, description: &str) -> Self {
        Self {
            state: state.to_owned(),
            reason: Some(reason.to_owned()),
            description: Some(description.to_owned()),
        }
    }
}
