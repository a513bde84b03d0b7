//! Pre-parse transformations: what happens to the raw query string before it is cut into arguments.

use super::{Outcome, apply};
use crate::model::{PreParseTextTransformationType as Type, TextTransformationType};
use memchr::memchr;
use std::collections::HashMap;

/// Applies one pre-parse transformation; the contract is that of [`super::apply`].
pub fn apply_pre_parse(kind: Type, query: &[u8], out: &mut Vec<u8>) -> Outcome {
    out.clear();
    match kind {
        Type::None => Outcome::Unchanged,
        Type::UrlDecode => apply(TextTransformationType::UrlDecode, query, out),
        Type::UrlDecodeUni => apply(TextTransformationType::UrlDecodeUni, query, out),
        Type::ReplaceSemicolonsWithAmpersands => replace_semicolons(query, out),
        Type::CombineDuplicateQueryArgsByComma => combine_duplicates(query, out),
        Type::HaechiArgumentNames => names_as_values(query, out),
    }
}

fn replace_semicolons(query: &[u8], out: &mut Vec<u8>) -> Outcome {
    if memchr(b';', query).is_none() {
        return Outcome::Unchanged;
    }
    out.extend(query.iter().map(|&byte| if byte == b';' { b'&' } else { byte }));
    Outcome::Written
}

/// HAECHI_ARGUMENT_NAMES, which AWS does not have: attacks also stand where the name of an argument should be, or are
/// the whole query string. What has a name that no form has, or no value, is one more argument, without a name.
fn names_as_values(query: &[u8], out: &mut Vec<u8>) -> Outcome {
    let strange = || {
        query
            .split(|&byte| byte == b'&')
            .filter(|pair| has_strange_name(pair))
    };
    if strange().next().is_none() {
        return Outcome::Unchanged;
    }
    out.extend_from_slice(query);
    for pair in strange() {
        out.extend_from_slice(b"&=");
        out.extend_from_slice(pair);
    }
    Outcome::Written
}

/// Names are of letters, digits, a few marks, and the brackets that frameworks make lists and objects of.
fn has_strange_name(pair: &[u8]) -> bool {
    let (name, value) = match memchr(b'=', pair) {
        Some(at) => (&pair[..at], &pair[at + 1..]),
        None => (pair, &b""[..]),
    };
    // One that is only padding is no value.
    let bare = !name.is_empty() && value.iter().all(|&byte| byte == b'=');
    let mut rest = name;
    while let Some((&byte, tail)) = rest.split_first() {
        let bracket = matches!(rest, [b'%', b'5', b'b' | b'B' | b'd' | b'D', ..]);
        if !bracket && !byte.is_ascii_alphanumeric() && !b"_-.[]$~*,@!:".contains(&byte) {
            return true;
        }
        rest = if bracket { &rest[3..] } else { tail };
    }
    bare && value.len() + name.len() > SHORTEST_WITHOUT_VALUE
}

/// Shorter texts without a value are switches.
const SHORTEST_WITHOUT_VALUE: usize = 8;

/// `a=1&b=2&A=3` becomes `a=1,3&b=2`, as servers of the ASP family read it (names in any case).
fn combine_duplicates(query: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut order: Vec<(&[u8], Vec<&[u8]>)> = Vec::new();
    let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
    for pair in query.split(|&byte| byte == b'&') {
        let (name, value) = match memchr(b'=', pair) {
            Some(at) => (&pair[..at], Some(&pair[at + 1..])),
            None => (pair, None),
        };
        let place = *places.entry(name.to_ascii_lowercase()).or_insert_with(|| {
            order.push((name, Vec::new()));
            order.len() - 1
        });
        order[place].1.extend(value);
    }
    for (at, (name, values)) in order.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        for (nth, value) in values.iter().enumerate() {
            out.push(if nth == 0 { b'=' } else { b',' });
            out.extend_from_slice(value);
        }
    }
    if out == query {
        Outcome::Unchanged
    } else {
        Outcome::Written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_arguments_are_joined_by_comma_in_any_case() {
        let mut out = Vec::new();
        assert_eq!(
            apply_pre_parse(Type::CombineDuplicateQueryArgsByComma, b"a=1&b=2&A=3", &mut out),
            Outcome::Written
        );
        assert_eq!(out, b"a=1,3&b=2");
    }

    #[test]
    fn semicolons_become_ampersands() {
        let mut out = Vec::new();
        apply_pre_parse(Type::ReplaceSemicolonsWithAmpersands, b"a=1;b=2", &mut out);
        assert_eq!(out, b"a=1&b=2");
    }

    #[test]
    fn strange_names_are_values_too() {
        for (query, expected) in [
            ("a=1&b%5Bc%5D=2&debug", "a=1&b%5Bc%5D=2&debug"),
            ("", ""),
            ("%3Cscript%3E=1", "%3Cscript%3E=1&=%3Cscript%3E=1"),
            ("1+or+1=1", "1+or+1=1&=1+or+1=1"),
            ("x=1&../../etc/passwd", "x=1&../../etc/passwd&=../../etc/passwd"),
            ("PHNjcmlwdD4x==", "PHNjcmlwdD4x==&=PHNjcmlwdD4x=="),
        ] {
            let mut out = Vec::new();
            let outcome = apply_pre_parse(Type::HaechiArgumentNames, query.as_bytes(), &mut out);
            let got = if outcome == Outcome::Unchanged {
                query.as_bytes()
            } else {
                &out
            };
            assert_eq!(got, expected.as_bytes(), "{query}");
        }
    }
}
