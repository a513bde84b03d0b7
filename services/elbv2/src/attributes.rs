//! Attributes: keys with defaults and what they may be. A record keeps what was set; the rest has its default.

pub(crate) mod listener;
pub(crate) mod load_balancer;
pub(crate) mod target_group;

use std::collections::BTreeMap;

use haechi_core::Failure;

use crate::error;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// `true` or `false`.
    Flag,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A number in this range.
    Number(u32, u32),
    /// This word, or a number in this range.
    WordOrNumber(&'static str, u32, u32),
    /// Any text.
    Text,
    /// Only its default.
    Fixed,
}

/// A key that a resource has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) key: &'static str,
    pub(crate) default: &'static str,
    pub(crate) allowed: Allowed,
}

/// A key with its default and what it may be.
pub(crate) const fn known(key: &'static str, default: &'static str, allowed: Allowed) -> Known {
    Known {
        key,
        default,
        allowed,
    }
}

/// All attributes of a resource.
pub(crate) struct Attributes<'a> {
    known: Vec<Known>,
    set: &'a BTreeMap<String, String>,
}

impl<'a> Attributes<'a> {
    pub(crate) fn new(known: Vec<Known>, set: &'a BTreeMap<String, String>) -> Self {
        Self { known, set }
    }

    /// Key and value of each, in AWS's order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.known.iter().map(|known| (known.key, self.value(known)))
    }

    fn value(&self, known: &Known) -> &str {
        self.set.get(known.key).map_or(known.default, String::as_str)
    }

    /// The value of a key; empty where the resource has no such key.
    pub(crate) fn text(&self, key: &str) -> &str {
        let found = self.known.iter().find(|known| known.key == key);
        found.map_or("", |known| self.value(known))
    }

    /// Whether a key is `true`.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.text(key) == "true"
    }

    /// The number under a key; 0 where there is none.
    pub(crate) fn number(&self, key: &str) -> u32 {
        self.text(key).parse().unwrap_or(0)
    }
}

/// Checks one attribute of a request. `what` is `Load balancer`, `Target group` or `Listener`.
pub(crate) fn check(what: &str, known: &[Known], key: &str, value: &str) -> Result<(), Failure> {
    let Some(known) = known.iter().find(|known| known.key == key) else {
        return Err(error::validation(format!(
            "{what} attribute key '{key}' is not recognized"
        )));
    };
    let number_in = |low, high| {
        value
            .parse()
            .is_ok_and(|number: u32| (low..=high).contains(&number))
    };
    let (fits, why) = match known.allowed {
        Allowed::Flag => (
            matches!(value, "true" | "false"),
            "must be 'true' or 'false'".to_owned(),
        ),
        Allowed::Choice(choices) => (
            choices.contains(&value),
            format!("must be one of [{}]", choices.join(", ")),
        ),
        Allowed::Number(low, high) => (
            number_in(low, high),
            format!("must be between '{low}' and '{high}' inclusive"),
        ),
        Allowed::WordOrNumber(word, low, high) => (
            value == word || number_in(low, high),
            format!("must be '{word}' or between '{low}' and '{high}' inclusive"),
        ),
        Allowed::Text => (true, String::new()),
        Allowed::Fixed => (
            value == known.default,
            format!("cannot be changed from '{}'", known.default),
        ),
    };
    if fits {
        Ok(())
    } else {
        let message = format!("{what} attribute value '{value}' for key '{key}' is not valid: it {why}");
        Err(error::validation(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known; 3] = [
        known("flag", "false", Allowed::Flag),
        known("seconds", "60", Allowed::Number(1, 4000)),
        known("cross", "true", Allowed::Fixed),
    ];

    #[test]
    fn what_was_set_replaces_the_default() {
        let set = BTreeMap::from([("seconds".to_owned(), "5".to_owned())]);
        let all = Attributes::new(KNOWN.to_vec(), &set);
        assert_eq!(
            all.all().collect::<Vec<_>>(),
            [("flag", "false"), ("seconds", "5"), ("cross", "true")]
        );
        assert_eq!(all.number("seconds"), 5);
        assert!(!all.flag("flag"));
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused() {
        for (key, value) in [
            ("flag", "yes"),
            ("seconds", "0"),
            ("seconds", "x"),
            ("cross", "false"),
            ("other", "1"),
        ] {
            assert!(
                check("Load balancer", &KNOWN, key, value).is_err(),
                "{key}={value}"
            );
        }
        for (key, value) in [("flag", "true"), ("seconds", "4000"), ("cross", "true")] {
            assert!(
                check("Load balancer", &KNOWN, key, value).is_ok(),
                "{key}={value}"
            );
        }
    }
}
