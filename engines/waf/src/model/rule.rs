//! A rule.

use super::{OverrideAction, RuleAction, Statement, shapes};

shapes! {
    struct Rule {
        name: String,
        priority: u32,
        statement: Statement,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<RuleAction>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        override_action: Option<OverrideAction>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rule_labels: Vec<Label>,
        visibility_config: VisibilityConfig,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        captcha_config: Option<ImmunityConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        challenge_config: Option<ImmunityConfig>,
    }
    struct Label {
        name: String,
    }
    struct VisibilityConfig {
        sampled_requests_enabled: bool,
        cloud_watch_metrics_enabled: bool,
        metric_name: String,
    }
    /// `CaptchaConfig` and `ChallengeConfig` of the API, which have the same members.
    #[derive(Default)]
    struct ImmunityConfig {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        immunity_time_property: Option<ImmunityTimeProperty>,
    }
    struct ImmunityTimeProperty {
        /// In seconds.
        immunity_time: u64,
    }
}
