//! Percent-encoding and the pairs of forms and query strings.

use crate::codec::Malformed;

/// A form or query string may have this many pairs; AWS's own largest calls have a few thousand.
const MAX_PAIRS: usize = 20_000;

/// The decoded pairs of `name=value&…`, in order. A name without `=` has an empty value.
pub(crate) fn pairs(text: &str) -> Result<Vec<(String, String)>, Malformed> {
    let mut pairs = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == MAX_PAIRS {
            return Err(Malformed::because("Too many parameters"));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decode(name, Plus::IsSpace)?, decode(value, Plus::IsSpace)?));
    }
    Ok(pairs)
}

/// Whether `+` stands for a space: in forms and query strings, not in paths.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    IsSpace,
    IsPlus,
}

/// Decodes `%41`; the result must be UTF-8.
pub(crate) fn decode(text: &str, plus: Plus) -> Result<String, Malformed> {
    let bytes = text.as_bytes();
    if memchr::memchr2(b'%', b'+', bytes).is_none() {
        return Ok(text.to_owned());
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' if plus == Plus::IsSpace => decoded.push(b' '),
            b'%' => {
                let [high, low, after @ ..] = rest else {
                    return Err(Malformed::because("Invalid percent encoding"));
                };
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let (Some(high), Some(low)) = (digit(high), digit(low)) else {
                    return Err(Malformed::because("Invalid percent encoding"));
                };
                decoded.push((high * 16 + low) as u8);
                rest = after;
            }
            _ => decoded.push(byte),
        }
    }
    String::from_utf8(decoded).map_err(|_| Malformed::because("Invalid UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_in_order() {
        let decoded = pairs("Action=Get%20It&a.b=1+2&flag&=x").unwrap();
        let expected = [("Action", "Get It"), ("a.b", "1 2"), ("flag", ""), ("", "x")];
        assert_eq!(
            decoded,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn broken_encodings_are_refused() {
        for broken in ["a=%", "a=%4", "a=%zz", "a=%ff"] {
            assert!(pairs(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_plus_in_a_path_is_a_plus() {
        assert_eq!(decode("a+b%2Bc", Plus::IsPlus).unwrap(), "a+b+c");
    }
}
