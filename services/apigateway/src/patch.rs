//! `patchOperations`: changes by path.
//!
//! A path is a JSON pointer: `/variables/color`, `/binaryMediaTypes/image~1png`. Which paths and operations a thing
//! takes is its own matter ("Patch operations" of the API reference).

use std::collections::BTreeMap;

use haechi_api_apigateway as api;
use haechi_core::Failure;

use crate::error;

/// One change.
#[derive(Debug)]
pub(crate) struct Patch {
    pub(crate) op: api::Op,
    path: String,
    segments: Vec<String>,
    value: Option<String>,
}

impl Patch {
    /// The changes of a request, in their order.
    pub(crate) fn all(given: Option<Vec<api::PatchOperation>>) -> Result<Vec<Self>, Failure> {
        given.unwrap_or_default().into_iter().map(Self::parse).collect()
    }

    fn parse(given: api::PatchOperation) -> Result<Self, Failure> {
        let path = given.path.unwrap_or_default();
        let Some(op) = given.op else {
            return Err(error::bad_request(
                "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
            ));
        };
        let rest = path.strip_prefix('/').unwrap_or(&path);
        Ok(Self {
            op,
            segments: rest.split('/').map(str::to_owned).collect(),
            value: given.value,
            path,
        })
    }

    /// The path's segments as they were given, for matching.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    pub(crate) fn is_remove(&self) -> bool {
        self.op == api::Op::Remove
    }

    /// The new value: none for `remove` and for an empty text.
    pub(crate) fn text(&self) -> Option<String> {
        self.value
            .clone()
            .filter(|value| !value.is_empty() && !self.is_remove())
    }

    /// The value that must be there.
    pub(crate) fn required(&self) -> Result<String, Failure> {
        self.value.clone().ok_or_else(|| {
            error::bad_request(format!(
                "Invalid patch value 'null' specified for path '{}'. Must not be null",
                self.path
            ))
        })
    }

    /// The new value as `true` or `false`; `false` for `remove`.
    pub(crate) fn boolean(&self) -> Result<bool, Failure> {
        match self.text().as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("true") => Ok(true),
            Some("false") | None => Ok(false),
            Some(other) => Err(self.bad_value(other, "Must be true or false")),
        }
    }

    /// The new value as a number.
    pub(crate) fn number<N: std::str::FromStr>(&self) -> Result<Option<N>, Failure> {
        let Some(text) = self.text() else { return Ok(None) };
        let parsed = text
            .parse()
            .map_err(|_| self.bad_value(&text, "Must be a number"))?;
        Ok(Some(parsed))
    }

    /// Puts a text into a map or takes it out.
    pub(crate) fn entry(&self, map: &mut Option<BTreeMap<String, String>>, key: &str) -> Result<(), Failure> {
        self.entry_with(map, key, || self.required())
    }

    /// Puts a value into a map or takes it out; a map that becomes empty is none.
    pub(crate) fn entry_with<V>(
        &self,
        map: &mut Option<BTreeMap<String, V>>,
        key: &str,
        value: impl FnOnce() -> Result<V, Failure>,
    ) -> Result<(), Failure> {
        let key = unescape(key);
        if self.is_remove() {
            if let Some(entries) = map {
                entries.remove(&key);
            }
            if map.as_ref().is_some_and(BTreeMap::is_empty) {
                *map = None;
            }
        } else {
            map.get_or_insert_default().insert(key, value()?);
        }
        Ok(())
    }

    /// Adds a text to a list or takes it out. The text is the path's last segment or the value.
    pub(crate) fn listed(&self, list: &mut Option<Vec<String>>, named: Option<&str>) -> Result<(), Failure> {
        let text = match named {
            Some(named) => unescape(named),
            None => self.required()?,
        };
        let entries = list.get_or_insert_default();
        entries.retain(|entry| *entry != text);
        match self.op {
            api::Op::Remove => {}
            api::Op::Replace if named.is_some() => entries.push(self.required()?),
            _ => entries.push(text),
        }
        if entries.is_empty() {
            *list = None;
        }
        Ok(())
    }

    /// The path is none of those that may be changed.
    pub(crate) fn refused(&self, supported: &[&str]) -> Failure {
        error::bad_request(format!(
            "Invalid patch path  '{}' specified for op '{}'. Must be one of: [{}]",
            self.path,
            self.op,
            supported.join(", ")
        ))
    }

    /// The value is none that the path takes.
    pub(crate) fn bad_value(&self, value: &str, rule: &str) -> Failure {
        error::bad_request(format!(
            "Invalid patch value '{value}' specified for path '{}'. {rule}",
            self.path
        ))
    }
}

/// A segment with `~1` for a slash and `~0` for a tilde.
pub(crate) fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(op: &str, path: &str, value: Option<&str>) -> Patch {
        Patch::parse(api::PatchOperation {
            op: Some(op.into()),
            path: Some(path.into()),
            value: value.map(Into::into),
            from: None,
        })
        .unwrap()
    }

    #[test]
    fn an_entry_comes_and_goes() {
        let mut map = None;
        let set = patch("replace", "/variables/a~1b", Some("1"));
        set.entry(&mut map, set.segments()[1]).unwrap();
        assert_eq!(map, Some([("a/b".to_owned(), "1".to_owned())].into()));
        let gone = patch("remove", "/variables/a~1b", None);
        gone.entry(&mut map, gone.segments()[1]).unwrap();
        assert_eq!(map, None);
    }

    #[test]
    fn a_list_keeps_each_text_once() {
        let mut list = Some(vec!["image/png".to_owned()]);
        for path in ["/binaryMediaTypes/image~1png", "/binaryMediaTypes/image~1gif"] {
            let add = patch("add", path, None);
            add.listed(&mut list, Some(add.segments()[1])).unwrap();
        }
        assert_eq!(list, Some(vec!["image/png".to_owned(), "image/gif".to_owned()]));
    }

    #[test]
    fn a_refusal_names_the_paths_that_are_taken() {
        let refusal = patch("add", "/x", None).refused(&["/name"]).into_api();
        assert_eq!(
            refusal.message,
            "Invalid patch path  '/x' specified for op 'add'. Must be one of: [/name]"
        );
    }
}
