//! Request targets with bytes that a URI must not have, such as `<` or a lone 0xFF.
//!
//! Load balancers take them, and those who attack send them. The parser behind would refuse them, so such a target goes
//! on percent-encoded, and the web ACL is shown what the client really sent: a header with a name that nobody can guess
//! carries it from the connection to the exchange.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries the target as it came. Its name is made anew by each process, so that no client can send it.
static AS_SENT: LazyLock<HeaderName> = LazyLock::new(|| {
    let mut secret = [0_u8; 16];
    // Without randomness nothing of TLS works either; a fixed name only lets a client choose what its own request
    // looks like to the web ACL, so the process must not go on.
    aws_lc_rs::rand::fill(&mut secret).expect("the operating system gives random bytes");
    let name = secret
        .iter()
        .fold(String::from("x-haechi-target-"), |name, byte| {
            format!("{name}{byte:02x}")
        });
    HeaderName::from_bytes(name.as_bytes()).expect("hexadecimal digits make a token")
});

/// What stands in place of a request line (given without its line end) whose target has to be encoded: the line and
/// the one that carries the target as it came. Only targets that begin with a slash are encoded.
pub(crate) fn encoded(line: &[u8]) -> Option<Vec<u8>> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    if target.first() != Some(&b'/') || is_uri(target) {
        return None;
    }
    let text = std::str::from_utf8(target).is_ok();
    let end = memchr::memchr(b'#', target).unwrap_or(target.len());
    let mut out = Vec::with_capacity(line.len() * 2 + 64);
    out.extend_from_slice(method);
    out.push(b' ');
    for byte in &target[..end] {
        if is_plain(*byte) || (text && *byte >= 0x80) {
            out.push(*byte);
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.push(b'%');
            out.push(DIGITS[usize::from(byte >> 4)]);
            out.push(DIGITS[usize::from(byte & 15)]);
        }
    }
    out.push(b' ');
    out.extend_from_slice(version);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(AS_SENT.as_str().as_bytes());
    out.push(b':');
    out.extend_from_slice(target);
    out.extend_from_slice(b"\r\n");
    Some(out)
}

/// Takes the target as it came out of the headers, if it was encoded on the way.
pub(crate) fn take(headers: &mut HeaderMap) -> Option<HeaderValue> {
    headers.remove(&*AS_SENT)
}

/// Whether the parser takes the target as it is. A fragment it would drop, which a web ACL may look at.
fn is_uri(target: &[u8]) -> bool {
    target.iter().all(|byte| is_plain(*byte))
        || (target.iter().all(|byte| is_plain(*byte) || *byte >= 0x80) && std::str::from_utf8(target).is_ok())
}

/// What the parser takes in paths and in queries alike.
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x24..=0x3B | 0x3D | 0x3F..=0x5F | 0x61..=0x7A | 0x7C | 0x7E)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(line: &[u8]) -> Option<(String, Vec<u8>)> {
        let out = encoded(line)?;
        let end = out
            .windows(2)
            .position(|pair| pair == b"\r\n")
            .expect("two lines");
        let carried = out[end + 2..]
            .strip_prefix(AS_SENT.as_str().as_bytes())
            .expect("its name");
        Some((
            String::from_utf8(out[..end].to_vec()).expect("ASCII or UTF-8"),
            carried[1..].strip_suffix(b"\r\n").expect("a line end").to_vec(),
        ))
    }

    #[test]
    fn usual_targets_stay_as_they_are() {
        for line in [
            "GET / HTTP/1.1",
            "GET /a/b;c=1?d=%3Cscript%3E&e=f:g,h|i~(j)*k HTTP/1.1",
            "GET /한글?q=해치 HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET http://a/b HTTP/1.1",
        ] {
            assert_eq!(lines(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn what_the_parser_refuses_is_encoded_and_carried_as_it_came() {
        let (line, carried) = lines(b"GET /?q=<script>\"`{}^ HTTP/1.1").expect("encoded");
        assert_eq!(line, "GET /?q=%3Cscript%3E%22%60%7B%7D^ HTTP/1.1");
        assert_eq!(carried, b"/?q=<script>\"`{}^");
        let (line, carried) = lines(b"GET /a\xFF?b=\xE9 HTTP/1.1").expect("encoded");
        assert_eq!(line, "GET /a%FF?b=%E9 HTTP/1.1");
        assert_eq!(carried, b"/a\xFF?b=\xE9");
    }

    #[test]
    fn a_fragment_is_carried_and_goes_no_further() {
        let (line, carried) = lines(b"GET /a?b#c<d HTTP/1.1").expect("encoded");
        assert_eq!(line, "GET /a?b HTTP/1.1");
        assert_eq!(carried, b"/a?b#c<d");
    }

    #[test]
    fn every_encoded_line_is_one_that_the_parser_takes() {
        for byte in 0x21..=0xFF_u8 {
            let target = [b"/x", &[byte][..], b"?y", &[byte][..]].concat();
            let line = [b"GET ", &target[..], b" HTTP/1.1"].concat();
            let sent = lines(&line).map_or(target, |(line, _)| line.as_bytes()[4..line.len() - 9].to_vec());
            assert!(http::Uri::try_from(&sent[..]).is_ok(), "{byte:#x}: {sent:?}");
        }
    }
}
