//! Sets that hold nothing, and addresses that clients write themselves.

use haechi_waf::model::{ForwardedIpPosition, RuleAction, Statement};

use super::{Severity, Subject, places};
use crate::sources::NamedSet;

pub(super) fn check(subject: &mut Subject<'_>) {
    let sources = subject.sources;
    for (at, rule) in subject.rules.clone() {
        for place in places(rule) {
            let empty = match place.statement {
                Statement::IpSetReference(set) => is_empty(&sources.ip_sets, &set.arn, "ipset"),
                Statement::RegexPatternSetReference(set) => {
                    is_empty(&sources.regex_sets, &set.arn, "regexpatternset")
                }
                _ => None,
            };
            if let Some(name) = empty {
                let explanation = format!("The set {name} is empty: the statement never matches.");
                subject.report(
                    (at, rule),
                    &place.path,
                    "empty-set",
                    Severity::Warning,
                    explanation,
                );
            }
            let allows = matches!(rule.action, Some(RuleAction::Allow(_)));
            if let Some(header) = written_by_clients(place.statement).filter(|_| allows) {
                let explanation = format!(
                    "Rule {} allows by an address in {header}, which any client can write: trust it only behind a \
                     proxy that overwrites it.",
                    rule.name
                );
                subject.report(
                    (at, rule),
                    &place.path,
                    "spoofable-address",
                    Severity::Warning,
                    explanation,
                );
            }
        }
    }
}

/// The name of a set that is known and empty.
fn is_empty<'a>(sets: &'a [NamedSet], arn: &str, kind: &str) -> Option<&'a str> {
    let set = sets.iter().find(|set| match &set.arn {
        Some(own) => own == arn,
        None => arn.contains(&format!("/{kind}/{}/", set.name)),
    })?;
    set.items.is_empty().then_some(set.name.as_str())
}

/// The header that a statement takes an address from, where a client may have put it. The last address is the
/// nearest proxy's word.
fn written_by_clients(statement: &Statement) -> Option<&str> {
    match statement {
        Statement::IpSetReference(set) => {
            let config = set.ip_set_forwarded_ip_config.as_ref()?;
            (config.position != ForwardedIpPosition::Last).then_some(&config.header_name)
        }
        Statement::GeoMatch(geo) => geo
            .forwarded_ip_config
            .as_ref()
            .map(|config| config.header_name.as_str()),
        Statement::AsnMatch(asn) => asn
            .forwarded_ip_config
            .as_ref()
            .map(|config| config.header_name.as_str()),
        _ => None,
    }
}
