//! The paths under which balancers ask.

use super::original::Style;
use crate::guard::RESERVED_PATH;

/// What a path of the balancer's configuration wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted<'a> {
    pub(super) style: Style,
    /// The web ACL that it names.
    pub(super) named: Option<String>,
    /// A path below [`RESERVED_PATH`]: the balancer hands the client's own request on, to be answered as it is.
    pub(super) proof: Option<&'a str>,
}

/// Reads `/check`, `/check/<ARN>`, `/check/.haechi/waf/…`, `/check/<ARN>/.haechi/waf/…`, and the same with
/// `/forward-auth`.
pub(super) fn asked(path: &str) -> Option<Wanted<'_>> {
    let (path, proof) = match path.find(RESERVED_PATH) {
        Some(at) => (&path[..at], Some(&path[at..])),
        None => (path, None),
    };
    [("/check", Style::Nginx), ("/forward-auth", Style::Forward)]
        .into_iter()
        .find_map(|(prefix, style)| {
            let rest = path.strip_prefix(prefix)?;
            let named = match rest.strip_prefix('/') {
                Some("") => None,
                Some(name) => Some(decoded(name)),
                None if rest.is_empty() => None,
                None => return None,
            };
            Some(Wanted { style, named, proof })
        })
}

/// Takes percent-encoding away; ARNs may be written with or without it.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let mut byte = [0];
        if first == b'%' && after.len() >= 2 && hex::decode_to_slice(&after[..2], &mut byte).is_ok() {
            bytes.push(byte[0]);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_acl_is_named_in_the_path() {
        let arn = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/1";
        let named = |style| Some((style, Some(arn.to_owned())));
        for (path, wanted) in [
            (format!("/check/{arn}"), named(Style::Nginx)),
            (
                format!("/forward-auth/{}", arn.replace(':', "%3a")),
                named(Style::Forward),
            ),
            ("/check".to_owned(), Some((Style::Nginx, None))),
            ("/check/".to_owned(), Some((Style::Nginx, None))),
            ("/checked".to_owned(), None),
            ("/".to_owned(), None),
        ] {
            let found = asked(&path);
            assert!(found.as_ref().is_none_or(|found| found.proof.is_none()), "{path}");
            assert_eq!(found.map(|found| (found.style, found.named)), wanted, "{path}");
        }
    }

    #[test]
    fn proofs_are_taken_below_the_path_that_asks() {
        let arn = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/1";
        for (path, style, named) in [
            ("/check/.haechi/waf/captcha".to_owned(), Style::Nginx, None),
            (
                format!("/check/{arn}/.haechi/waf/captcha"),
                Style::Nginx,
                Some(arn),
            ),
            (
                format!("/forward-auth/{arn}/.haechi/waf/captcha"),
                Style::Forward,
                Some(arn),
            ),
        ] {
            let found = asked(&path).expect("a question");
            assert_eq!((found.style, found.named.as_deref()), (style, named), "{path}");
            assert_eq!(found.proof, Some("/.haechi/waf/captcha"), "{path}");
        }
        assert_eq!(asked("/.haechi/waf/captcha"), None);
    }
}
