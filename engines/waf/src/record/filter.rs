//! Logging filters: which records are kept (API reference, `LoggingFilter`, `Filter`, `Condition`).

use super::config::{ActionName, Condition, Filter, FilterBehavior, FilterRequirement, LoggingFilter};
use crate::verdict::Verdict;

impl LoggingFilter {
    /// Whether the record of this verdict is kept: the first filter that it satisfies decides, else the default.
    pub fn keeps(&self, verdict: &Verdict<'_>) -> bool {
        let behavior = self
            .filters
            .iter()
            .find(|filter| filter.satisfied_by(verdict))
            .map_or(self.default_behavior, |filter| filter.behavior);
        behavior == FilterBehavior::Keep
    }
}

impl Filter {
    fn satisfied_by(&self, verdict: &Verdict<'_>) -> bool {
        let mut conditions = self.conditions.iter().map(|condition| condition.holds(verdict));
        match self.requirement {
            FilterRequirement::MeetsAll => conditions.all(|holds| holds),
            FilterRequirement::MeetsAny => conditions.any(|holds| holds),
        }
    }
}

impl Condition {
    fn holds(&self, verdict: &Verdict<'_>) -> bool {
        let action = self
            .action_condition
            .as_ref()
            .map(|condition| has_action(condition.action, verdict));
        let label = self
            .label_name_condition
            .as_ref()
            .map(|condition| verdict.labels.iter().any(|label| *label == condition.label_name));
        match (action, label) {
            (None, None) => false,
            (action, label) => action.unwrap_or(true) && label.unwrap_or(true),
        }
    }
}

/// Whether the record contains the action: as the terminating one, or as that of a rule that matched without
/// deciding, in rule groups too.
fn has_action(action: ActionName, verdict: &Verdict<'_>) -> bool {
    let name = match action {
        ActionName::Allow => "ALLOW",
        ActionName::Block => "BLOCK",
        ActionName::Count => "COUNT",
        ActionName::Captcha => "CAPTCHA",
        ActionName::Challenge => "CHALLENGE",
        ActionName::Monetize => "MONETIZE",
        ActionName::ExcludedAsCount => {
            return verdict
                .rule_groups
                .iter()
                .any(|group| !group.excluded_rules.is_empty());
        }
    };
    verdict.action.as_str() == name
        || verdict.non_terminating.iter().any(|rule| rule.action == name)
        || verdict
            .rule_groups
            .iter()
            .any(|group| group.non_terminating.iter().any(|rule| rule.action == name))
}
