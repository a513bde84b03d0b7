//! Templates of paths: `/{Bucket}/{Key+}?uploads`.

use crate::codec::Malformed;
use crate::codec::form::{Plus, decode};

/// The labels of `template` as they stand in `path` (percent-encoded), decoded. `None` if the path is
/// not of this template.
pub(crate) fn labels(template: &str, path: &str) -> Result<Option<Vec<(String, String)>>, Malformed> {
    let template = template.split_once('?').map_or(template, |(path, _)| path);
    let mut labels = Vec::new();
    let mut wanted = template.trim_start_matches('/').split('/').peekable();
    let mut rest = Some(path.strip_prefix('/').unwrap_or(path));
    while let Some(segment) = wanted.next() {
        let Some(text) = rest else { return Ok(None) };
        if let Some(name) = segment.strip_prefix('{').and_then(|name| name.strip_suffix("+}")) {
            // A greedy label takes everything but what the rest of the template needs.
            let after = wanted.clone().count();
            let parts: Vec<&str> = text.split('/').collect();
            let Some(taken) = parts.len().checked_sub(after) else {
                return Ok(None);
            };
            labels.push((name.to_owned(), decode(&parts[..taken].join("/"), Plus::IsPlus)?));
            rest = if after == 0 {
                None
            } else {
                Some(&text[text.len() - parts[taken..].join("/").len()..])
            };
            continue;
        }
        let (part, after) = match text.split_once('/') {
            Some((part, after)) => (part, Some(after)),
            None => (text, None),
        };
        if let Some(name) = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            labels.push((name.to_owned(), decode(part, Plus::IsPlus)?));
        } else if segment != part {
            return Ok(None);
        }
        rest = after;
    }
    Ok(if rest.is_none_or(str::is_empty) {
        Some(labels)
    } else {
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(template: &str, path: &str) -> Option<Vec<(String, String)>> {
        labels(template, path).unwrap()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn labels_are_decoded() {
        assert_eq!(pairs("/a/{B}/c", "/a/x%2Fy/c"), Some(owned(&[("B", "x/y")])));
        assert_eq!(pairs("/a/{B}/c", "/a/x/d"), None);
        assert_eq!(pairs("/a/{B}", "/a"), None);
    }

    #[test]
    fn a_greedy_label_takes_slashes() {
        assert_eq!(
            pairs("/{B}/{K+}", "/b/x/y/z"),
            Some(owned(&[("B", "b"), ("K", "x/y/z")]))
        );
        assert_eq!(pairs("/{K+}/tail", "/x/y/tail"), Some(owned(&[("K", "x/y")])));
    }
}
