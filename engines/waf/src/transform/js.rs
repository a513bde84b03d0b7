//! JS_DECODE and JS_DECODE_EXT.
//!
//! JS_DECODE follows ModSecurity: `\uHHHH` (one byte, full-width ASCII mapped), `\xHH`, octal, the letters
//! `a b f n r t v`, and a backslash before anything else goes. JS_DECODE_EXT leaves Windows paths alone: besides
//! `\u` and `\x` it only takes the backslash from `\\ \/ \' \"`, and everything else stays as it is.

use super::escape_seq::octal;
use super::{Outcome, hex_pair, hex_quad, narrow};
use memchr::memchr;

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    unescape(input, out, |rest| match *rest {
        [] => (b'\\', 0),
        [b'0'..=b'7', ..] => {
            // Three digits fit a byte only when the first is at most 3.
            let limit = if rest[0] > b'3' { 2 } else { 3 };
            octal(&rest[..rest.len().min(limit)])
        }
        [letter, ..] => (letter_escape(letter).unwrap_or(letter), 1),
    })
}

pub(super) fn decode_ext(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    unescape(input, out, |rest| match *rest {
        [quoted @ (b'\\' | b'/' | b'\'' | b'"'), ..] => (quoted, 1),
        _ => (b'\\', 0),
    })
}

fn letter_escape(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        _ => return None,
    })
}

/// `other` reads what follows a backslash that opens neither `\u` nor `\x`.
fn unescape(input: &[u8], out: &mut Vec<u8>, other: impl Fn(&[u8]) -> (u8, usize)) -> Outcome {
    let Some(first) = memchr(b'\\', input) else {
        return Outcome::Unchanged;
    };
    out.extend_from_slice(&input[..first]);
    let mut at = first;
    while at < input.len() {
        if input[at] != b'\\' {
            out.push(input[at]);
            at += 1;
            continue;
        }
        let rest = &input[at + 1..];
        let known = match rest {
            [b'u', digits @ ..] => hex_quad(digits).map(|code| (narrow(code), 5)),
            [b'x', digits @ ..] => hex_pair(digits).map(|byte| (byte, 3)),
            _ => None,
        };
        let (byte, length) = known.unwrap_or_else(|| other(rest));
        out.push(byte);
        at += 1 + length;
    }
    Outcome::Written
}
