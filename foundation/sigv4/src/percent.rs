//! Percent-encoding as SigV4 wants it: all but RFC 3986's unreserved characters, in upper-case hex.

use std::borrow::Cow;

const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

/// True at the index of each byte that is never encoded.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

/// Whether a slash is kept (in paths) or encoded (in query names and values).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slash {
    Keep,
    Encode,
}

/// Appends `raw`, encoded.
pub(crate) fn encode_into(out: &mut Vec<u8>, raw: &[u8], slash: Slash) {
    for &byte in raw {
        if UNRESERVED[usize::from(byte)] || (byte == b'/' && slash == Slash::Keep) {
            out.push(byte);
        } else {
            let digits = [
                b'%',
                UPPER_HEX[usize::from(byte >> 4)],
                UPPER_HEX[usize::from(byte & 0xf)],
            ];
            out.extend_from_slice(&digits);
        }
    }
}

/// What a plus sign stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    /// Itself: in paths.
    Literal,
    /// A space: in queries, as form decoding reads it.
    Space,
}

/// The bytes that `encoded` stands for. A `%` without two hex digits stands for itself, as most decoders of
/// applications take it, so that what is signed and what is served can't differ.
pub(crate) fn decode(encoded: &[u8], plus: Plus) -> Cow<'_, [u8]> {
    let plain = |byte: &u8| *byte != b'%' && (*byte != b'+' || plus == Plus::Literal);
    if encoded.iter().all(plain) {
        return Cow::Borrowed(encoded);
    }
    let mut out = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'+' if plus == Plus::Space => out.push(b' '),
            b'%' => {
                if let Some(value) = tail.first_chunk().copied().and_then(hex_pair) {
                    out.push(value);
                    rest = &tail[2..];
                } else {
                    out.push(b'%');
                }
            }
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// The value of two hex digits of either case.
fn hex_pair(digits: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(digits[0])? << 4 | digit(digits[1])?) as u8)
}

/// True if `encoded` is exactly what [`encode_into`] would make of what it stands for. Lets the usual case,
/// a query made by an SDK, pass without a copy.
pub(crate) fn is_canonical(encoded: &[u8]) -> bool {
    let mut rest = encoded;
    while let Some((&byte, tail)) = rest.split_first() {
        if UNRESERVED[usize::from(byte)] {
            rest = tail;
            continue;
        }
        let (b'%', Some(digits)) = (byte, tail.first_chunk::<2>()) else {
            return false;
        };
        let upper = digits.iter().all(|digit| UPPER_HEX.contains(digit));
        match hex_pair(*digits) {
            Some(value) if upper && !UNRESERVED[usize::from(value)] => rest = &tail[2..],
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(raw: &[u8], slash: Slash) -> String {
        let mut out = Vec::new();
        encode_into(&mut out, raw, slash);
        String::from_utf8(out).expect("the encoding is ASCII")
    }

    #[test]
    fn only_unreserved_characters_stay_as_they_are() {
        assert_eq!(
            encoded("a/b ~ሴ+".as_bytes(), Slash::Encode),
            "a%2Fb%20~%E1%88%B4%2B"
        );
        assert_eq!(encoded(b"/a/$b", Slash::Keep), "/a/%24b");
    }

    #[test]
    fn a_plus_is_a_space_in_queries_only() {
        assert_eq!(&*decode(b"a+b%2b", Plus::Space), b"a b+");
        assert_eq!(&*decode(b"a+b%2b", Plus::Literal), b"a+b+");
    }

    #[test]
    fn a_broken_escape_stands_for_itself() {
        assert_eq!(&*decode(b"%zz%4", Plus::Space), b"%zz%4");
    }

    #[test]
    fn canonical_means_unchanged_by_decoding_and_encoding() {
        let samples: [&[u8]; 9] = [
            b"",
            b"abc",
            b"%20",
            b"%2f",
            b"%2F",
            b"%41",
            b"a+b",
            b"%",
            b"a%E1%88%B4~",
        ];
        for sample in samples {
            let again = encoded(&decode(sample, Plus::Space), Slash::Encode);
            assert_eq!(is_canonical(sample), again.as_bytes() == sample, "{again}");
        }
    }
}
