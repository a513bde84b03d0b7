//! A rule of a listener.

use serde::{Deserialize, Serialize};

use crate::model::action::Action;
use crate::model::condition::Condition;
use crate::tags::Tags;

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) arn: String,
    pub(crate) listener: String,
    pub(crate) priority: i32,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) actions: Vec<Action>,
    #[serde(default)]
    pub(crate) transforms: Vec<Transform>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

/// A change of the request before it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transform {
    pub(crate) part: TransformedPart,
    pub(crate) regex: String,
    pub(crate) replace: String,
}

/// What a transform changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TransformedPart {
    HostHeader,
    Url,
}
