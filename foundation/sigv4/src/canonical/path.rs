//! The canonical path.

use crate::Kind;
use crate::percent::{Plus, Slash, decode, encode_into};

/// Appends the canonical form of a raw path.
///
/// S3 takes the path as it stands, encoded once: a key may hold `//` and `..`. All others normalize it and encode
/// what was sent, escapes included, once more.
pub(crate) fn append(out: &mut Vec<u8>, path: &str, kind: Kind) {
    match (kind, path) {
        (_, "" | "/") => out.push(b'/'),
        (Kind::S3, _) => encode_into(out, &decode(path.as_bytes(), Plus::Literal), Slash::Keep),
        (Kind::Standard, _) => encode_into(out, normalize_path(path).as_bytes(), Slash::Keep),
    }
}

/// Removes empty, `.` and `..` segments (RFC 3986 §5.2.4; a `..` above the root is dropped). The final slash stays.
///
/// A signature of a service other than S3 covers only this form, so a server must route and serve by it too: else
/// a signed path could be respelled into another operation.
pub fn normalize_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            named => segments.push(named),
        }
    }
    let mut normalized = String::with_capacity(path.len() + 1);
    for segment in &segments {
        normalized.push('/');
        normalized.push_str(segment);
    }
    if segments.is_empty() || path.ends_with('/') {
        normalized.push('/');
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(path: &str, kind: Kind) -> String {
        let mut out = Vec::new();
        append(&mut out, path, kind);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn dots_and_empty_segments_go() {
        for (raw, normal) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/a/..", "/"),
            ("/../../a", "/a"),
            ("//a//", "/a/"),
            ("/a/./b/../c", "/a/c"),
        ] {
            assert_eq!(normalize_path(raw), normal, "{raw}");
        }
    }

    #[test]
    fn other_services_encode_twice_and_s3_once() {
        assert_eq!(canonical("/a%20b/$", Kind::Standard), "/a%2520b/%24");
        assert_eq!(canonical("/a%20b/$", Kind::S3), "/a%20b/%24");
        assert_eq!(canonical("/a//../b+c", Kind::S3), "/a//../b%2Bc");
    }
}
