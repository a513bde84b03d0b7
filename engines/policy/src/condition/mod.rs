//! One line of a `Condition` element: an operator, a key, and the values it is held against.

mod date;
mod ip;
mod number;
mod operator;

pub use operator::{Operator, Quantifier};

use crate::context::Context;
use crate::pattern::{Case, Pattern, Wildcards};
use date::Instant;
use ip::Network;
use number::Number;
use operator::{Comparison, Family};

/// A compiled condition.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    quantifier: Quantifier,
    operator: Operator,
    if_exists: bool,
    /// Lower case.
    key: Box<str>,
    written: Box<Written>,
    expected: Box<[Expected]>,
}

/// The condition as its author wrote it, for explanations and analysis.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

/// A value of a policy, ready to be compared. `None` inside: not of the operator's type, matches nothing.
#[derive(Clone, Debug)]
enum Expected {
    Text(Pattern, Case),
    Number(Option<Number>),
    Date(Option<Instant>),
    Boolean(Pattern),
    Binary(Box<str>),
    Network(Option<Network>),
    Absent(bool),
}

impl Condition {
    /// Compiles one operator–key pair; `None` if there is no such operator.
    pub(crate) fn compile(operator: &str, key: &str, values: Vec<String>, variables: bool) -> Option<Self> {
        let (quantifier, parsed, if_exists) = Operator::parse(operator)?;
        let expected = values
            .iter()
            .map(|value| Expected::compile(parsed, value, variables))
            .collect();
        Some(Self {
            quantifier,
            operator: parsed,
            if_exists,
            key: key.to_ascii_lowercase().into(),
            written: Box::new(Written {
                operator: operator.to_owned(),
                key: key.to_owned(),
                values,
            }),
            expected,
        })
    }

    pub(crate) fn written(&self) -> &Written {
        &self.written
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn operator(&self) -> Operator {
        self.operator
    }

    pub(crate) fn quantifier(&self) -> Quantifier {
        self.quantifier
    }

    pub(crate) fn if_exists(&self) -> bool {
        self.if_exists
    }

    /// Whether no value has a wildcard or a variable.
    pub(crate) fn has_fixed_values(&self) -> bool {
        self.expected.iter().all(|expected| match expected {
            Expected::Text(pattern, _) => pattern.is_fixed(),
            Expected::Network(network) => network.is_some_and(|network| !network.is_everything()),
            _ => true,
        })
    }

    /// Whether the request meets the condition.
    ///
    /// The rules for absent keys, negation and sets are those of "Condition operators" and "Single-valued vs.
    /// multivalued context keys" in the IAM user guide: an absent key meets negated operators, `…IfExists` and
    /// `ForAllValues`, and nothing else; a negated operator means that no value matches.
    pub(crate) fn is_met(&self, context: &Context) -> bool {
        let actual = context.folded(&self.key);
        if self.operator == Operator::Null {
            let absent = actual.is_none();
            return self
                .expected
                .iter()
                .any(|expected| matches!(expected, Expected::Absent(value) if *value == absent));
        }
        if !self.expected.iter().all(|expected| expected.resolves(context)) {
            return self.is_met_with_unresolved(actual, context);
        }
        let negated = self.operator.is_negated();
        let single = |value: &String| self.any_matches(value, context) != negated;
        match (self.quantifier, actual) {
            (Quantifier::None, None) => negated || self.if_exists,
            (Quantifier::None, Some(values)) => {
                values.iter().any(|value| self.any_matches(value, context)) != negated
            }
            (Quantifier::ForAllValues, None) => true,
            (Quantifier::ForAllValues, Some(values)) => is_empty_set(values) || values.iter().all(single),
            (Quantifier::ForAnyValue, None) => self.if_exists,
            (Quantifier::ForAnyValue, Some(values)) => !is_empty_set(values) && values.iter().any(single),
        }
    }

    /// A variable without a value matches nothing, and invalidates what is written with it: a negated operator
    /// does not hold because of it ("not present means … any attempt to match it fails and causes the
    /// statement to be invalid", "IAM policy elements: Variables"). Other values of the list still count.
    fn is_met_with_unresolved(&self, actual: Option<&[String]>, context: &Context) -> bool {
        let negated = self.operator.is_negated();
        let matches = |value: &String| !negated && self.any_matches(value, context);
        match (self.quantifier, actual) {
            (Quantifier::ForAllValues, None) => true,
            (Quantifier::None, None) => negated || self.if_exists,
            (Quantifier::ForAnyValue, None) => self.if_exists,
            (Quantifier::ForAllValues, Some(values)) => values.iter().all(matches),
            (_, Some(values)) => values.iter().any(matches),
        }
    }

    fn any_matches(&self, actual: &str, context: &Context) -> bool {
        self.expected
            .iter()
            .any(|expected| expected.matches(self.operator.comparison(), actual, context))
    }
}

/// AWS counts a key whose only value is empty as an empty set ("Multivalued context keys", note).
fn is_empty_set(values: &[String]) -> bool {
    values.iter().all(String::is_empty)
}

impl Expected {
    fn compile(operator: Operator, value: &str, variables: bool) -> Self {
        let text = |wildcards, case| Self::Text(Pattern::compile(value, wildcards, variables), case);
        match operator.family() {
            Family::Text => text(Wildcards::None, Case::Exact),
            Family::TextFold => text(Wildcards::None, Case::Fold),
            Family::TextLike => text(Wildcards::Plain, Case::Exact),
            Family::Arn => text(Wildcards::Arn, Case::Exact),
            Family::Number => Self::Number(Number::parse(value)),
            Family::Date => Self::Date(Instant::parse(value)),
            Family::Boolean => Self::Boolean(Pattern::compile(value, Wildcards::None, variables)),
            Family::Binary => Self::Binary(value.trim_end_matches('=').into()),
            Family::Network => Self::Network(Network::parse(value)),
            Family::Null => Self::Absent(value.eq_ignore_ascii_case("true")),
        }
    }

    fn resolves(&self, context: &Context) -> bool {
        match self {
            Self::Text(pattern, _) | Self::Boolean(pattern) => pattern.resolves(context),
            _ => true,
        }
    }

    fn matches(&self, comparison: Comparison, actual: &str, context: &Context) -> bool {
        match self {
            Self::Text(pattern, case) => pattern.matches(actual, context, *case),
            Self::Number(expected) => expected
                .zip(Number::parse(actual))
                .is_some_and(|(expected, actual)| comparison.holds(actual.compare(expected))),
            Self::Date(expected) => expected
                .zip(Instant::parse(actual))
                .is_some_and(|(expected, actual)| comparison.holds(Some(actual.cmp(&expected)))),
            Self::Boolean(pattern) => is_boolean(actual) && pattern.matches(actual, context, Case::Fold),
            Self::Binary(expected) => expected.as_ref() == actual.trim_end_matches('='),
            Self::Network(expected) => expected
                .zip(actual.parse().ok())
                .is_some_and(|(network, address)| network.contains(address)),
            Self::Absent(_) => false,
        }
    }
}

/// Whether a text is a date that IAM stores.
pub(crate) fn is_date(text: &str) -> bool {
    Instant::parse(text).is_some()
}

fn is_boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

#[cfg(test)]
mod tests;
