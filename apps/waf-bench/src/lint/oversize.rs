//! Components of which only the beginning is inspected, and rules that forget what comes after it.

use haechi_waf::compile::Resolver as _;
use haechi_waf::model::{
    Body, ComparisonOperator, FieldToMatch, OversizeHandling, Rule, RuleAction, SizeConstraintStatement,
    Statement,
};

use super::{Severity, Subject, places, refuses};

/// Which component is too long.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Long {
    Body,
    Headers,
    Cookies,
}

impl Long {
    fn words(self) -> &'static str {
        match self {
            Self::Body => "a body is longer than AWS inspects (8 KB behind a load balancer)",
            Self::Headers => "headers are more than AWS inspects (8 KB or 200)",
            Self::Cookies => "cookies are more than AWS inspects (8 KB or 200)",
        }
    }
}

pub(super) fn check(subject: &mut Subject<'_>) {
    let rules = subject.rules.clone();
    let guarded: Vec<Long> = rules.iter().flat_map(|(_, rule)| guards(rule)).collect();
    for &(at, rule) in &rules {
        for place in places(rule) {
            let Some((component, handling)) = field(place.statement).and_then(long) else {
                continue;
            };
            let allows = matches!(rule.action, Some(RuleAction::Allow(_)));
            // What the rule makes of a request that is too long, whatever the rest is.
            let matches_unseen = (handling == OversizeHandling::Match) != place.negated;
            if allows && matches_unseen && handling != OversizeHandling::Continue {
                let explanation = format!(
                    "Rule {} allows a request unseen when {}: an attacker only has to send more. Use the other \
                     OversizeHandling.",
                    rule.name,
                    component.words()
                );
                subject.report(
                    (at, rule),
                    &place.path,
                    "oversize-allow",
                    Severity::Error,
                    explanation,
                );
            } else if refuses(rule) && !matches_unseen && !place.negated && !guarded.contains(&component) {
                let explanation = format!(
                    "When {}, rule {} does not see the rest, and the request goes on whole. Set OversizeHandling \
                     MATCH, or refuse such requests by a rule of their own.",
                    component.words(),
                    rule.name
                );
                subject.report(
                    (at, rule),
                    &place.path,
                    "oversize-hole",
                    Severity::Warning,
                    explanation,
                );
            }
        }
        if refuses(rule) && !guarded.contains(&Long::Body) && reads_bodies(rule) {
            let explanation = format!(
                "The rules of the managed group that {} names see the beginning of a body only, and no rule refuses \
                 longer ones (AWSManagedRulesCommonRuleSet has SizeRestrictions_BODY).",
                rule.name
            );
            subject.report(
                (at, rule),
                "Statement",
                "oversize-hole",
                Severity::Warning,
                explanation,
            );
        }
    }
}

/// The components that a rule refuses when they are too long.
fn guards(rule: &Rule) -> Vec<Long> {
    if !refuses(rule) {
        return Vec::new();
    }
    if let Statement::ManagedRuleGroup(group) = &rule.statement {
        let weakened = |name: &str| {
            group.excluded_rules.iter().any(|rule| rule.name == name)
                || group.rule_action_overrides.iter().any(|over| {
                    over.name == name
                        && matches!(over.action_to_use, RuleAction::Count(_) | RuleAction::Allow(_))
                })
        };
        let has = group.name == "AWSManagedRulesCommonRuleSet" && group.scope_down_statement.is_none();
        let both = [
            ("SizeRestrictions_BODY", Long::Body),
            ("SizeRestrictions_Cookie_HEADER", Long::Cookies),
        ];
        return both
            .into_iter()
            .filter(|(name, _)| has && !weakened(name))
            .map(|(_, long)| long)
            .collect();
    }
    places(rule)
        .iter()
        .filter(|place| !place.negated)
        .filter_map(|place| match place.statement {
            Statement::SizeConstraint(size) if at_most_limit(size) => {
                let (component, _) = long(&size.field_to_match)?;
                Some(component)
            }
            statement => {
                let (component, handling) = long(field(statement)?)?;
                (handling == OversizeHandling::Match).then_some(component)
            }
        })
        .collect()
}

const SMALLEST_LIMIT: u64 = 8 * 1024;

fn at_most_limit(size: &SizeConstraintStatement) -> bool {
    match size.comparison_operator {
        ComparisonOperator::Gt => size.size <= SMALLEST_LIMIT,
        ComparisonOperator::Ge => size.size <= SMALLEST_LIMIT + 1,
        _ => false,
    }
}

/// Whether a managed group has rules on bodies, other than the one on their size.
fn reads_bodies(rule: &Rule) -> bool {
    let Statement::ManagedRuleGroup(group) = &rule.statement else {
        return false;
    };
    let library = haechi_web_acl::Library::default();
    let known = library.managed_rule_group(&group.vendor_name, &group.name, group.version.as_deref(), &[]);
    known.is_some_and(|known| {
        known.rules.iter().any(|rule| {
            places(rule).iter().any(|place| {
                field(place.statement)
                    .and_then(long)
                    .is_some_and(|(component, handling)| {
                        component == Long::Body && handling == OversizeHandling::Continue
                    })
            })
        })
    })
}

fn long(field: &FieldToMatch) -> Option<(Long, OversizeHandling)> {
    let or_default = |handling: Option<OversizeHandling>| handling.unwrap_or(OversizeHandling::Continue);
    Some(match field {
        FieldToMatch::Body(Body { oversize_handling }) => (Long::Body, or_default(*oversize_handling)),
        FieldToMatch::JsonBody(body) => (Long::Body, or_default(body.oversize_handling)),
        FieldToMatch::Headers(headers) => (Long::Headers, headers.oversize_handling),
        FieldToMatch::HeaderOrder(order) => (Long::Headers, order.oversize_handling),
        FieldToMatch::Cookies(cookies) => (Long::Cookies, cookies.oversize_handling),
        _ => return None,
    })
}

/// The component that a statement looks at; sizes apart, which are a guard themselves.
fn field(statement: &Statement) -> Option<&FieldToMatch> {
    Some(match statement {
        Statement::ByteMatch(s) => &s.field_to_match,
        Statement::SqliMatch(s) => &s.field_to_match,
        Statement::XssMatch(s) => &s.field_to_match,
        Statement::RegexMatch(s) => &s.field_to_match,
        Statement::RegexPatternSetReference(s) => &s.field_to_match,
        _ => return None,
    })
}
