//! The condition keys of a request.

use std::borrow::Cow;

/// The values of one condition key. Numbers, dates, booleans and addresses are kept as text, as they are
/// compared with the text of policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// A single value.
    One(String),
    /// The values of a multivalued key; an empty list counts as an absent key.
    Many(Vec<String>),
}

impl Values {
    /// The values as a slice.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl From<&str> for Values {
    fn from(value: &str) -> Self {
        Self::One(value.to_owned())
    }
}

impl From<String> for Values {
    fn from(value: String) -> Self {
        Self::One(value)
    }
}

impl From<bool> for Values {
    fn from(value: bool) -> Self {
        Self::One(if value { "true" } else { "false" }.to_owned())
    }
}

impl From<i64> for Values {
    fn from(value: i64) -> Self {
        Self::One(value.to_string())
    }
}

impl From<Vec<String>> for Values {
    fn from(values: Vec<String>) -> Self {
        Self::Many(values)
    }
}

impl From<&[&str]> for Values {
    fn from(values: &[&str]) -> Self {
        Self::Many(values.iter().map(|value| (*value).to_owned()).collect())
    }
}

impl<const N: usize> From<[&str; N]> for Values {
    fn from(values: [&str; N]) -> Self {
        Self::from(values.as_slice())
    }
}

/// Condition keys and their values. Names fold case, as AWS's do; keys that are static and already lower case
/// cost no allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    // Sorted by key. A request has some twenty keys: a binary search over one allocation beats a map.
    entries: Vec<(Cow<'static, str>, Values)>,
}

impl Context {
    /// No keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// No keys yet, room for `keys` of them.
    pub fn with_capacity(keys: usize) -> Self {
        Self {
            entries: Vec::with_capacity(keys),
        }
    }

    /// The same context with `key` set.
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, values: impl Into<Values>) -> Self {
        self.set(key, values);
        self
    }

    /// Sets `key`, replacing what it had.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, values: impl Into<Values>) {
        let key = fold(key.into());
        let values = values.into();
        match self.position(&key) {
            Ok(index) => self.entries[index].1 = values,
            Err(index) => self.entries.insert(index, (key, values)),
        }
    }

    /// Adds values to `key`, which becomes multivalued.
    pub fn add(&mut self, key: impl Into<Cow<'static, str>>, values: impl Into<Values>) {
        let key = fold(key.into());
        let values = values.into();
        match self.position(&key) {
            Ok(index) => {
                let mut all = self.entries[index].1.as_slice().to_vec();
                all.extend_from_slice(values.as_slice());
                self.entries[index].1 = Values::Many(all);
            }
            Err(index) => self
                .entries
                .insert(index, (key, Values::Many(values.as_slice().to_vec()))),
        }
    }

    /// The values of a key, whatever its case; `None` if absent or empty.
    pub fn values(&self, key: &str) -> Option<&[String]> {
        if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.folded(&key.to_ascii_lowercase());
        }
        self.folded(key)
    }

    /// Every key (lower case) with its values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.entries
            .iter()
            .map(|(key, values)| (key.as_ref(), values.as_slice()))
    }

    /// The values of a key that is known to be lower case.
    pub(crate) fn folded(&self, key: &str) -> Option<&[String]> {
        let index = self.position(key).ok()?;
        let values = self.entries[index].1.as_slice();
        (!values.is_empty()).then_some(values)
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(held, _)| held.as_ref().cmp(key))
    }
}

fn fold(key: Cow<'static, str>) -> Cow<'static, str> {
    if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(key.to_ascii_lowercase())
    } else {
        key
    }
}
