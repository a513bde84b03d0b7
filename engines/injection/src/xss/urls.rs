//! URLs that run a script when followed.

use memchr::memmem;

use super::entities;

const ACTIVE: [&[u8]; 3] = [b"VIEW-SOURCE:", b"JAVASCRIPT:", b"VBSCRIPT:"];

/// Does following the URL run a script? Character references are resolved; white space and control characters
/// before and in the scheme are skipped, as browsers do.
pub(super) fn is_active(url: &[u8]) -> bool {
    // Opera skipped white space of any encoding, so all bytes beyond ASCII are skipped too.
    let start = url
        .iter()
        .position(|byte| (33..127).contains(byte))
        .unwrap_or(url.len());
    let url = &url[start..];
    if let Some(script) = ACTIVE.iter().find_map(|scheme| after(url, scheme)) {
        return !does_nothing(script);
    }
    // Pictures in data URLs are what editors write, SVG's among them: where a browser shows one as a picture, it runs
    // nothing, and the tags that would run it are active ones.
    after(url, b"DATA:").is_some_and(|data| after(data, b"IMAGE/").is_none())
}

/// `javascript:void(0)`, `javascript:;`: what links have that a script listens to.
fn does_nothing(script: &[u8]) -> bool {
    let script = script.trim_ascii();
    let script = script.strip_suffix(b";").unwrap_or(script);
    script.is_empty() || [&b"void(0)"[..], b"void 0", b"void(null)"].contains(&script)
}

/// Where namespaces of pictures, documents and data are named; a browser knows them all, and none makes a tag run
/// that would not run by its name, but XHTML's, which makes a document's tags those of a page.
pub(super) fn is_standard_namespace(url: &[u8]) -> bool {
    let lower = url.to_ascii_lowercase();
    let page = memmem::find(&lower, b"/xhtml").is_some();
    !page
        && !lower.contains(&b'&')
        && [
            &b"http://"[..],
            b"https://",
            b"urn:oasis:",
            b"urn:ietf:",
            b"urn:iso:",
            b"uri:",
        ]
        .iter()
        .any(|start| lower.starts_with(start))
}

/// What follows the prefix, if the URL has it.
fn after<'a>(url: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let mut rest = url;
    let mut wanted = prefix.iter().copied();
    let mut next = wanted.next();
    while let Some(letter) = next {
        let (value, len) = entities::character(rest)?;
        rest = &rest[len..];
        if value <= 32 {
            continue;
        }
        if !u8::try_from(value).is_ok_and(|byte| byte.eq_ignore_ascii_case(&letter)) {
            return None;
        }
        next = wanted.next();
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_scheme_is_seen() {
        for url in [
            &b"javascript:alert(1)"[..],
            b" \x01\xC2\xA0JaVaScRiPt:alert(1)",
            b"&#106;avascript:alert(1)",
            b"&#x000006a;avascript:x",
            b"java\tscript:x",
            b"java&Tab;script&colon;x",
            b"jav&#x0A;ascript:x",
            b"&#0000106&#97&#118&#97&#115&#99ript:x",
            b"javascript:void(alert(1))",
            b"data:text/html,x",
            b"vbscript:x",
            b"view-source:x",
        ] {
            assert!(is_active(url), "{}", url.escape_ascii());
        }
    }

    #[test]
    fn an_ordinary_url_is_not() {
        for url in [
            &b"https://example.com/java"[..],
            b"/data",
            b"",
            b"&",
            b"&#",
            b"&#x",
            b"#top",
            b"mailto:a@b",
            b"javascript:void(0)",
            b"javascript:;",
            b"data:image/svg+xml;base64,PHN2Zz4=",
        ] {
            assert!(!is_active(url), "{}", url.escape_ascii());
        }
    }
}
