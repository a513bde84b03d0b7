//! Filters of Describe operations: values of one filter are alternatives, filters must all hold, `*` and `?` stand for
//! any text and any character.
//!
//! Source: EC2 API reference, "Filter": at most 200 values; names are case-sensitive.

use haechi_api_ec2 as api;
use haechi_core::Failure;

use crate::error;
use crate::tags::Tags;

/// What a resource says of itself, by the names of filters.
#[derive(Default)]
pub(crate) struct Facts(Vec<(&'static str, String)>);

impl Facts {
    /// Adds one.
    pub(crate) fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    /// Adds one that may be absent.
    pub(crate) fn add_some(&mut self, name: &'static str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The filters of a request.
pub(crate) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// The request's filters; a name that the operation does not know is refused.
    pub(crate) fn parse(given: Option<Vec<api::Filter>>, known: &[&str]) -> Result<Self, Failure> {
        let mut filters = Vec::new();
        for filter in given.unwrap_or_default() {
            let name = filter.name.unwrap_or_default();
            let is_tag = name.starts_with("tag:") || name == "tag-key" || name == "tag-value";
            if !is_tag && !known.contains(&name.as_str()) {
                let message = format!("The filter '{name}' is invalid");
                return Err(error::refuse("InvalidParameterValue", message));
            }
            let values = filter.values.unwrap_or_default();
            if values.is_empty() {
                return Err(error::refuse(
                    "InvalidParameterValue",
                    "The filter values are empty",
                ));
            }
            filters.push((name, values));
        }
        Ok(Self(filters))
    }

    /// Whether all filters hold.
    pub(crate) fn admit(&self, facts: &Facts, tags: &Tags) -> bool {
        self.0.iter().all(|(name, patterns)| {
            let fits = |value: &str| patterns.iter().any(|pattern| matches(pattern, value));
            match name.strip_prefix("tag:") {
                Some(key) => tags.get(key).is_some_and(|value| fits(value)),
                None if name == "tag-key" => tags.keys().any(|key| fits(key)),
                None if name == "tag-value" => tags.values().any(|value| fits(value)),
                None => facts.values(name).any(fits),
            }
        })
    }
}

/// Whether a value fits a pattern with `*` and `?`; a backslash takes their meaning away.
fn matches(pattern: &str, value: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let value: Vec<char> = value.chars().collect();
    // Where the last star stood, and how much it has swallowed: on a mismatch it swallows one more.
    let (mut p, mut v, mut star) = (0, 0, None);
    while v < value.len() {
        let (literal, width) = match pattern.get(p) {
            Some('\\') if p + 1 < pattern.len() => (Some(pattern[p + 1]), 2),
            Some('*') => {
                star = Some((p, v));
                p += 1;
                continue;
            }
            Some('?') => (Some(value[v]), 1),
            Some(&other) => (Some(other), 1),
            None => (None, 0),
        };
        if literal == Some(value[v]) {
            p += width;
            v += 1;
        } else if let Some((at, swallowed)) = star {
            p = at + 1;
            v = swallowed + 1;
            star = Some((at, swallowed + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_text() {
        for (pattern, value) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("a?c", "abc"),
            ("*b*", "abc"),
            ("\\*", "*"),
        ] {
            assert!(matches(pattern, value), "{pattern} {value}");
        }
        for (pattern, value) in [("a", "A"), ("a?c", "ac"), ("\\*", "x"), ("a*c", "abd"), ("", "x")] {
            assert!(!matches(pattern, value), "{pattern} {value}");
        }
    }

    fn filter(name: &str, values: &[&str]) -> api::Filter {
        api::Filter {
            name: Some(name.into()),
            values: Some(values.iter().map(|value| (*value).to_owned()).collect()),
        }
    }

    #[test]
    fn values_are_alternatives_and_filters_must_all_hold() {
        let mut facts = Facts::default();
        facts.add("state", "available");
        facts.add("cidr", "10.0.0.0/16");
        let tags = Tags::from([("team".to_owned(), "red".to_owned())]);
        let admits = |filters: Vec<api::Filter>| {
            Filters::parse(Some(filters), &["state", "cidr"])
                .unwrap()
                .admit(&facts, &tags)
        };
        assert!(admits(vec![
            filter("state", &["pending", "available"]),
            filter("tag:team", &["r*"])
        ]));
        assert!(!admits(vec![
            filter("state", &["available"]),
            filter("cidr", &["10.1.*"])
        ]));
        assert!(Filters::parse(Some(vec![filter("colour", &["x"])]), &["state"]).is_err());
    }
}
