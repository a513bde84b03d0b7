//! The canonical headers.

use crate::RequestView;

/// Appends a line for each signed header: name, colon, values in order of arrival, joined by commas. A signed
/// header that the request lacks has an empty value.
pub(crate) fn append(out: &mut Vec<u8>, view: &RequestView<'_>, signed_headers: &str) {
    for name in signed_headers.split(';') {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        if name == "host" {
            append_trimmed(out, view.host().unwrap_or_default());
        } else {
            for (index, value) in view.headers.get_all(name).iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                append_trimmed(out, value.as_bytes());
            }
        }
        out.push(b'\n');
    }
}

/// Appends a value without leading and trailing white space and with each run of white space within made one space,
/// in quotes too.
fn append_trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    let crowded = |pair: &[u8]| pair[1].is_ascii_whitespace() && (pair[1] != b' ' || pair[0] == b' ');
    if !value.windows(2).any(crowded) {
        out.extend_from_slice(value);
        return;
    }
    let words = value
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(value: &str) -> String {
        let mut out = Vec::new();
        append_trimmed(&mut out, value.as_bytes());
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn white_space_is_trimmed_and_collapsed() {
        assert_eq!(trimmed("  a   b "), "a b");
        assert_eq!(trimmed("\"a   b\""), "\"a b\"");
        assert_eq!(trimmed("a\tb \t c"), "a b c");
        assert_eq!(trimmed("a b"), "a b");
        assert_eq!(trimmed("   "), "");
    }
}
