//! What a rule asks of a request.

use serde::{Deserialize, Serialize};

/// A condition; its values are alternatives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Condition {
    HostHeader(Values),
    PathPattern(Values),
    HttpHeader { name: String, values: Values },
    Method(Vec<String>),
    Query(Vec<Pair>),
    SourceIp(Vec<String>),
}

/// Patterns with `*` and `?`, or regular expressions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Values {
    Wildcards(Vec<String>),
    Regexes(Vec<String>),
}

/// A value under a key of the query string, or under any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) key: Option<String>,
    pub(crate) value: String,
}

impl Values {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        let (Self::Wildcards(values) | Self::Regexes(values)) = self;
        values.len()
    }
}

impl Condition {
    /// How many values it has, as the quota counts them.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::HostHeader(values) | Self::PathPattern(values) | Self::HttpHeader { values, .. } => {
                values.len()
            }
            Self::Method(values) | Self::SourceIp(values) => values.len(),
            Self::Query(pairs) => pairs.len(),
        }
    }

    /// How many `*` and `?` its patterns have.
    pub(crate) fn wildcards(&self) -> usize {
        let count = |text: &String| text.matches(['*', '?']).count();
        match self {
            Self::HostHeader(Values::Wildcards(values))
            | Self::PathPattern(Values::Wildcards(values))
            | Self::HttpHeader {
                values: Values::Wildcards(values),
                ..
            } => values.iter().map(count).sum(),
            Self::Query(pairs) => pairs
                .iter()
                .map(|pair| count(&pair.value) + pair.key.as_ref().map_or(0, count))
                .sum(),
            _ => 0,
        }
    }

    /// Its field, as the API names it.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::HostHeader(_) => "host-header",
            Self::PathPattern(_) => "path-pattern",
            Self::HttpHeader { .. } => "http-header",
            Self::Method(_) => "http-request-method",
            Self::Query(_) => "query-string",
            Self::SourceIp(_) => "source-ip",
        }
    }
}
