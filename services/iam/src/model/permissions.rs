//! What a user, a group or a role may do: attached and inline policies, and the boundary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The policies of one principal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Permissions {
    /// ARNs of managed policies, in the order in which they were attached.
    #[serde(default)]
    pub attached: Vec<String>,
    /// Inline policies: name to document, as it was put.
    #[serde(default)]
    pub inline: BTreeMap<String, String>,
    /// The ARN of the managed policy that is the permissions boundary. Groups have none.
    #[serde(default)]
    pub boundary: Option<String>,
}
