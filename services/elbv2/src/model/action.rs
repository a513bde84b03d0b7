//! What happens to a request.

use serde::{Deserialize, Serialize};

/// An action with its place among the actions of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Action {
    #[serde(default)]
    pub(crate) order: Option<i32>,
    pub(crate) effect: Effect,
}

/// What it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    Forward(Forward),
    Redirect(Redirect),
    Fixed(Fixed),
}

/// To targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Forward {
    pub(crate) groups: Vec<Weighted>,
    #[serde(default)]
    pub(crate) stickiness: Option<Stickiness>,
}

/// A group with its weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Weighted {
    pub(crate) arn: String,
    pub(crate) weight: i32,
}

/// Whether, and for how many seconds, a client stays with its group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stickiness {
    pub(crate) enabled: bool,
    pub(crate) seconds: Option<i32>,
}

/// To another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Redirect {
    pub(crate) protocol: String,
    pub(crate) host: String,
    pub(crate) port: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// `HTTP_301` or `HTTP_302`.
    pub(crate) status: String,
}

/// A response of the load balancer's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fixed {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) content_type: Option<String>,
    #[serde(default)]
    pub(crate) body: Option<String>,
}

impl Action {
    /// The groups that it names.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &str> {
        let groups = match &self.effect {
            Effect::Forward(forward) => &forward.groups[..],
            Effect::Redirect(_) | Effect::Fixed(_) => &[],
        };
        groups.iter().map(|group| group.arn.as_str())
    }
}
