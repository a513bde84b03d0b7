//! What rules ask of requests.

use std::net::IpAddr;

use haechi_dataplane::front;
use haechi_waf::ip_set::IpSet;
use http::{HeaderMap, HeaderName, Method};
use regex::Regex;

use super::template::{Parameters, Template};

/// What conditions look at.
pub(crate) struct Asked<'a> {
    /// In lower case, without a port.
    pub(crate) host: &'a str,
    /// Without the front's base path.
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) peer: IpAddr,
}

/// Why a condition can't be carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum RuleError {
    #[error(transparent)]
    Regex(#[from] regex::Error),
    #[error("{0:?} is no header name")]
    HeaderName(String),
    #[error("address ranges: {0}")]
    Addresses(#[from] haechi_waf::error::InvalidParameter),
}

pub(super) enum Condition {
    Host(Patterns),
    Path(Patterns),
    Template(Vec<Template>),
    Header(HeaderName, Patterns),
    Method(Vec<String>),
    Query(Vec<(Option<String>, String)>),
    Source(IpSet),
}

/// Alternatives.
pub(super) enum Patterns {
    Wildcards(Vec<String>, Case),
    Regexes(Vec<Regex>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Matters,
    Ignored,
}

impl Condition {
    pub(super) fn new(condition: &front::Condition) -> Result<Self, RuleError> {
        Ok(match condition {
            front::Condition::HostHeader(patterns) => Self::Host(Patterns::new(patterns, Case::Ignored)?),
            front::Condition::PathPattern(patterns) => Self::Path(Patterns::new(patterns, Case::Matters)?),
            front::Condition::PathTemplate(templates) => {
                Self::Template(templates.iter().map(|text| Template::new(text)).collect())
            }
            front::Condition::Header { name, values } => Self::Header(
                name.parse().map_err(|_| RuleError::HeaderName(name.clone()))?,
                Patterns::new(values, Case::Ignored)?,
            ),
            front::Condition::Method(methods) => Self::Method(methods.clone()),
            front::Condition::Query(arguments) => Self::Query(arguments.clone()),
            front::Condition::SourceIp(ranges) => Self::Source(IpSet::of_feed(ranges)?),
        })
    }

    /// Whether it holds; a template leaves its parameters.
    pub(super) fn holds(&self, asked: &Asked<'_>, parameters: &mut Parameters) -> bool {
        match self {
            Self::Host(patterns) => patterns.any(asked.host),
            Self::Path(patterns) => patterns.any(asked.path),
            Self::Template(templates) => templates
                .iter()
                .any(|template| template.fits(asked.path, parameters)),
            Self::Header(name, patterns) => asked
                .headers
                .get_all(name)
                .iter()
                .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
                .any(|value| patterns.any(value)),
            Self::Method(methods) => methods.iter().any(|method| method == asked.method.as_str()),
            Self::Query(wanted) => wanted.iter().any(|(key, value)| {
                arguments(asked.query.unwrap_or_default()).any(|(found_key, found)| {
                    key.as_deref()
                        .is_none_or(|key| wildcard(key.as_bytes(), found_key.as_bytes(), Case::Ignored))
                        && wildcard(value.as_bytes(), found.as_bytes(), Case::Ignored)
                })
            }),
            Self::Source(ranges) => ranges.contains(asked.peer),
        }
    }
}

impl Patterns {
    fn new(patterns: &front::Patterns, case: Case) -> Result<Self, RuleError> {
        Ok(match patterns {
            front::Patterns::Wildcards(texts) => Self::Wildcards(texts.clone(), case),
            front::Patterns::Regexes(texts) => {
                let compile = |text: &String| {
                    regex::RegexBuilder::new(text)
                        .case_insensitive(case == Case::Ignored)
                        .build()
                };
                Self::Regexes(texts.iter().map(compile).collect::<Result<_, _>>()?)
            }
        })
    }

    fn any(&self, text: &str) -> bool {
        match self {
            Self::Wildcards(patterns, case) => patterns
                .iter()
                .any(|pattern| wildcard(pattern.as_bytes(), text.as_bytes(), *case)),
            Self::Regexes(regexes) => regexes.iter().any(|regex| regex.is_match(text)),
        }
    }
}

fn arguments(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// Whether all of `text` fits a pattern with `*` (any bytes) and `?` (one byte). Never worse than the product of the
/// lengths: only the last star is gone back to.
pub(super) fn wildcard(pattern: &[u8], text: &[u8], case: Case) -> bool {
    let same = |a: u8, b: u8| a == b || (case == Case::Ignored && a.eq_ignore_ascii_case(&b));
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(&byte) if byte == b'?' || same(byte, text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((after, from)) => {
                    *from += 1;
                    (p, t) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_whole_texts() {
        for (pattern, text, fits) in [
            ("/img/*", "/img/a/b", true),
            ("/img/*/pics", "/img/a/b/pics", true),
            ("/img/*/pics", "/img/pics", false),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "example.com", false),
            ("?at", "cat", true),
            ("?at", "at", false),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
        ] {
            assert_eq!(
                wildcard(pattern.as_bytes(), text.as_bytes(), Case::Matters),
                fits,
                "{pattern} {text}"
            );
        }
        assert!(wildcard(b"*.Example.com", b"a.eXample.COM", Case::Ignored));
        assert!(!wildcard(b"/A", b"/a", Case::Matters));
    }
}
