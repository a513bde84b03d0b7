//! `LoggingConfiguration` in AWS's JSON.
#![allow(
    missing_docs,
    reason = "members carry AWS's own names and are documented in AWS's API reference"
)]

use crate::error::ModelError;
use crate::model::{FieldToMatch, names, shapes};
use serde::Deserialize;

/// What of a logging configuration decides about log lines; where they go is the service's business.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LoggingConfiguration {
    /// Components to keep out of the logs: `UriPath`, `QueryString`, `SingleHeader`, `Method`.
    pub redacted_fields: Vec<FieldToMatch>,
    /// Which requests are logged; all when there is none.
    pub logging_filter: Option<LoggingFilter>,
}

impl LoggingConfiguration {
    /// Reads the structure of the API.
    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        Ok(serde_json::from_slice(json)?)
    }
}

shapes! {
    /// Which records are kept.
    struct LoggingFilter {
        filters: Vec<Filter>,
        default_behavior: FilterBehavior,
    }
    /// One filter.
    struct Filter {
        behavior: FilterBehavior,
        requirement: FilterRequirement,
        conditions: Vec<Condition>,
    }
    /// One condition; the API wants exactly one of the members.
    #[derive(Default)]
    struct Condition {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action_condition: Option<ActionCondition>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label_name_condition: Option<LabelNameCondition>,
    }
    /// The record has this action.
    struct ActionCondition {
        action: ActionName,
    }
    /// The record has this label, fully qualified.
    struct LabelNameCondition {
        label_name: String,
    }
}

names! {
    /// What happens to a record that satisfies the filter.
    enum FilterBehavior {
        Keep,
        Drop,
    }
    /// Whether all conditions or one of them must hold.
    enum FilterRequirement {
        MeetsAll,
        MeetsAny,
    }
    /// `ActionValue` of the API.
    enum ActionName {
        Allow,
        Block,
        Count,
        Captcha,
        Challenge,
        ExcludedAsCount,
        Monetize,
    }
}
