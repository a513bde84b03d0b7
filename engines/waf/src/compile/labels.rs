//! Fully qualified label names and the statements that look for them.

use crate::model::{LabelMatchScope, LabelMatchStatement};

/// Prefix of fully qualified names.
const QUALIFIED: &str = "awswaf:";

/// A label match statement (developer guide, page "Label match rule statement").
///
/// A key that starts with `awswaf:` is fully qualified. Any other key looks only at labels of the statement's own
/// context (the web ACL or rule group that has the rule), and may leave out leading namespaces.
#[derive(Debug)]
pub(crate) struct LabelMatch {
    scope: LabelMatchScope,
    key: Box<str>,
    /// Of the own context; `None` for a fully qualified key.
    context: Option<Box<str>>,
}

impl LabelMatch {
    pub(super) fn new(statement: &LabelMatchStatement, context: &str) -> Self {
        let qualified = statement.key.starts_with(QUALIFIED);
        Self {
            scope: statement.scope,
            key: statement.key.as_str().into(),
            context: (!qualified).then(|| context.into()),
        }
    }

    pub(crate) fn matches(&self, label: &str) -> bool {
        let Some(context) = &self.context else {
            return match self.scope {
                LabelMatchScope::Label => label == &*self.key,
                LabelMatchScope::Namespace => in_namespace(label, &self.key),
            };
        };
        let Some(own) = label.strip_prefix(&**context) else {
            return false;
        };
        match self.scope {
            LabelMatchScope::Label => own
                .strip_suffix(&*self.key)
                .is_some_and(|before| before.is_empty() || before.ends_with(':')),
            LabelMatchScope::Namespace => starts_of_parts(own).any(|tail| in_namespace(tail, &self.key)),
        }
    }
}

/// Whether the namespace is a prefix of the label at a colon. Keys may or may not end in one.
fn in_namespace(label: &str, namespace: &str) -> bool {
    let namespace = namespace.strip_suffix(':').unwrap_or(namespace);
    label
        .strip_prefix(namespace)
        .is_some_and(|rest| rest.starts_with(':'))
}

fn starts_of_parts(label: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(label);
    std::iter::from_fn(move || {
        let tail = rest?;
        rest = tail.split_once(':').map(|(_, after)| after);
        Some(tail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// API reference, `LabelMatchStatement`: without the fully qualified name the search is for labels that were
    /// added in the same context; LABEL needs the name and may have preceding namespaces; NAMESPACE any contiguous
    /// namespaces.
    #[test]
    fn keys_match_as_the_api_reference_says() {
        use LabelMatchScope::{Label, Namespace};
        let context = "awswaf:111122223333:webacl:acl:";
        let own = "awswaf:111122223333:webacl:acl:ns1:ns2:name";
        let other = "awswaf:managed:aws:core-rule-set:ns1:ns2:name";
        for (scope, key, label, expected) in [
            (Label, own, own, true),
            (Label, other, other, true),
            (Label, "awswaf:managed:aws:core-rule-set:ns1:ns2", other, false),
            (Label, "name", own, true),
            (Label, "ns2:name", own, true),
            (Label, "ns1:ns2:name", own, true),
            (Label, "ame", own, false),
            (Label, "ns1:name", own, false),
            (Label, "NAME", own, false),
            (Label, "name", other, false),
            (Namespace, "awswaf:managed:aws:core-rule-set:", other, true),
            (Namespace, "awswaf:managed:aws:core-rule", other, false),
            (Namespace, "awswaf:111122223333:webacl:acl:ns1", own, true),
            (Namespace, "ns1:", own, true),
            (Namespace, "ns2:", own, true),
            (Namespace, "ns1:ns2:", own, true),
            (Namespace, "name", own, false),
            (Namespace, "ns1:", other, false),
        ] {
            let statement = LabelMatchStatement {
                scope,
                key: key.to_owned(),
            };
            assert_eq!(
                LabelMatch::new(&statement, context).matches(label),
                expected,
                "{scope:?} {key} on {label}"
            );
        }
    }
}
