//! Rules that never get to decide, rules that are there twice, web ACLs that refuse nothing.

use haechi_waf::model::{DefaultAction, Rule, RuleAction, Statement};

use super::cover::{covers, reads_labels};
use super::{Severity, Subject, places, refuses, terminates};

pub(super) fn check(subject: &mut Subject<'_>) {
    let rules = subject.rules.clone();
    for (place, &later) in rules.iter().enumerate() {
        for between in (0..place).rev() {
            let earlier = rules[between];
            if let Some((id, explanation)) = compare(earlier.1, later.1, &rules[between..place]) {
                subject.report(later, "", id, Severity::Warning, explanation);
                break;
            }
        }
    }
    nothing_refused(subject);
    allowed_by_what_clients_say(subject);
}

/// What `earlier` means for `later`; `span` is the rules from the one up to the other.
fn compare(earlier: &Rule, later: &Rule, span: &[(usize, &Rule)]) -> Option<(&'static str, String)> {
    let (first, name) = (&earlier.name, &later.name);
    if earlier.statement == later.statement
        && earlier.action == later.action
        && earlier.override_action == later.override_action
        && earlier.rule_labels == later.rule_labels
    {
        return Some((
            "duplicate-rule",
            format!("Rule {name} says the same as rule {first} before it; remove one of them."),
        ));
    }
    // A label that comes in between may make the earlier statement true too late.
    let labels_change = reads_labels(&earlier.statement) && span.iter().any(|(_, rule)| adds_labels(rule));
    if !terminates(earlier) || labels_change || !covers(&earlier.statement, &later.statement) {
        return None;
    }
    let does = match &earlier.action {
        Some(RuleAction::Allow(_)) => "allows",
        _ => "refuses",
    };
    Some((
        "shadowed-rule",
        format!(
            "Rule {name} never decides: rule {first} before it {does} every request that it would match. Give it a \
             lower priority number, or remove it."
        ),
    ))
}

fn adds_labels(rule: &Rule) -> bool {
    !rule.rule_labels.is_empty()
        || places(rule).iter().any(|place| {
            matches!(
                place.statement,
                Statement::GeoMatch(_) | Statement::ManagedRuleGroup(_) | Statement::RuleGroupReference(_)
            )
        })
}

fn nothing_refused(subject: &mut Subject<'_>) {
    if matches!(subject.default_action, Some(DefaultAction::Allow(_)))
        && !subject.rules.iter().any(|(_, rule)| refuses(rule))
    {
        subject.whole(
            "nothing-refused",
            Severity::Warning,
            "The default action is Allow and no rule blocks, challenges or asks for a puzzle: every request goes \
             through.",
        );
    }
}

/// An Allow rule that a client can satisfy at will lets it past all later rules.
fn allowed_by_what_clients_say(subject: &mut Subject<'_>) {
    let rules = subject.rules.clone();
    for (place, &(at, rule)) in rules.iter().enumerate() {
        let skipped: Vec<&str> = rules[place + 1..]
            .iter()
            .filter(|(_, later)| refuses(later))
            .map(|(_, later)| later.name.as_str())
            .collect();
        if matches!(rule.action, Some(RuleAction::Allow(_)))
            && !skipped.is_empty()
            && at_will(&rule.statement)
        {
            subject.report(
                (at, rule),
                "",
                "allow-skips-rules",
                Severity::Warning,
                format!(
                    "Whoever sends what rule {} looks for is allowed and passes over {}. Let it Count and add a \
                     label, or put it after them.",
                    rule.name,
                    skipped.join(", ")
                ),
            );
        }
    }
}

/// Whether a client can make the statement match, whoever and wherever it is: it only looks at what is sent beside
/// the path and body. Secrets look the same from here.
fn at_will(statement: &Statement) -> bool {
    use haechi_waf::model::FieldToMatch as Field;
    let field = match statement {
        Statement::ByteMatch(s) => &s.field_to_match,
        Statement::RegexMatch(s) => &s.field_to_match,
        Statement::RegexPatternSetReference(s) => &s.field_to_match,
        Statement::SizeConstraint(s) => &s.field_to_match,
        Statement::Or(or) => return or.statements.iter().any(at_will),
        Statement::And(and) => return and.statements.iter().all(at_will),
        _ => return false,
    };
    match field {
        Field::SingleHeader(header) => !["authorization", "host"]
            .iter()
            .any(|name| header.name.eq_ignore_ascii_case(name)),
        Field::Headers(_)
        | Field::Cookies(_)
        | Field::SingleQueryArgument(_)
        | Field::AllQueryArguments(_)
        | Field::QueryString(_) => true,
        _ => false,
    }
}
