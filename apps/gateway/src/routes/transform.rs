//! Changes of host and URL before a request goes on.

use haechi_dataplane::front;
use regex::Regex;

use super::condition::RuleError;

/// A change.
pub(crate) enum Transform {
    Host(Regex, String),
    Url(Regex, String),
}

impl Transform {
    pub(super) fn new(transform: &front::Transform) -> Result<Self, RuleError> {
        Ok(match transform {
            front::Transform::HostHeader { regex, replace } => {
                Self::Host(Regex::new(regex)?, replace.clone())
            }
            front::Transform::Url { regex, replace } => Self::Url(Regex::new(regex)?, replace.clone()),
        })
    }

    /// The new host name, if this changes it.
    pub(crate) fn host(&self, host: &str) -> Option<String> {
        match self {
            Self::Host(regex, replace) if regex.is_match(host) => {
                Some(regex.replace(host, replace.as_str()).into_owned())
            }
            _ => None,
        }
    }

    /// The new path and query, if this changes them.
    pub(crate) fn url(&self, path_and_query: &str) -> Option<String> {
        match self {
            Self::Url(regex, replace) if regex.is_match(path_and_query) => {
                Some(regex.replace(path_and_query, replace.as_str()).into_owned())
            }
            _ => None,
        }
    }
}
