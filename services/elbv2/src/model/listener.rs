//! A listener.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attributes::{self, Attributes};
use crate::model::action::Action;
use crate::model::load_balancer::Kind;
use crate::tags::Tags;

/// A listener, with its default rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listener {
    pub(crate) arn: String,
    pub(crate) load_balancer: String,
    pub(crate) kind: Kind,
    /// None of gateway load balancers.
    pub(crate) port: Option<u16>,
    pub(crate) protocol: Option<String>,
    #[serde(default)]
    pub(crate) ssl_policy: Option<String>,
    /// The default certificate first.
    #[serde(default)]
    pub(crate) certificates: Vec<String>,
    pub(crate) default_actions: Vec<Action>,
    /// ARN of the default rule.
    pub(crate) default_rule: String,
    #[serde(default)]
    pub(crate) alpn_policy: Vec<String>,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Tags of the default rule.
    #[serde(default)]
    pub(crate) rule_tags: Tags,
}

impl Listener {
    /// Whether it speaks TLS.
    pub(crate) fn is_secure(&self) -> bool {
        matches!(self.protocol.as_deref(), Some("HTTPS" | "TLS"))
    }

    /// All its attributes.
    pub(crate) fn all_attributes(&self) -> Attributes<'_> {
        let known = attributes::listener::of(self.kind, self.protocol.as_deref());
        Attributes::new(known, &self.attributes)
    }
}
