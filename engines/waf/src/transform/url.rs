//! URL_DECODE and URL_DECODE_UNI.
//!
//! `+` is a space; an escape that is not valid stays as it is. URL_DECODE_UNI also knows Microsoft's `%uHHHH`.
//! The guide keeps only the low byte of such a code (after mapping full-width ASCII); ModSecurity can map code
//! points to a code page, which AWS does not.

use super::{Outcome, hex_pair, hex_quad, narrow};
use memchr::memchr2;

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    unescape(input, out, |_| None)
}

pub(super) fn decode_uni(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    unescape(input, out, |rest| match rest {
        [b'u' | b'U', digits @ ..] => hex_quad(digits).map(narrow),
        _ => None,
    })
}

/// `wide` reads what follows a `%` as a six-character escape.
fn unescape(input: &[u8], out: &mut Vec<u8>, wide: impl Fn(&[u8]) -> Option<u8>) -> Outcome {
    let Some(first) = memchr2(b'%', b'+', input) else {
        return Outcome::Unchanged;
    };
    out.extend_from_slice(&input[..first]);
    let mut at = first;
    while at < input.len() {
        let rest = &input[at + 1..];
        match input[at] {
            b'+' => {
                out.push(b' ');
                at += 1;
            }
            b'%' => {
                if let Some(byte) = wide(rest) {
                    out.push(byte);
                    at += 6;
                } else if let Some(byte) = hex_pair(rest) {
                    out.push(byte);
                    at += 3;
                } else {
                    out.push(b'%');
                    at += 1;
                }
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Outcome::Written
}
