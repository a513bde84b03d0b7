//! CSS_DECODE: the escapes of CSS 2, section 4.1.3.
//!
//! At most two bytes of an escape count, as the guide says: of the up to six hexadecimal digits the last two
//! make the byte, after full-width ASCII became ASCII (Coraza writes the whole code point as UTF-8 instead).

use super::{Outcome, hex_digit, is_space, narrow};
use memchr::memchr;

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
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
        at += 1;
        let rest = &input[at..];
        let digits = rest
            .iter()
            .take(6)
            .take_while(|&&byte| hex_digit(byte).is_some())
            .count();
        if digits > 0 {
            out.push(code(&rest[..digits]));
            at += digits;
            // One white space after an escape belongs to it.
            at += usize::from(input.get(at).is_some_and(|&byte| is_space(byte)));
        } else if rest.first() == Some(&b'\n') {
            at += 1;
        } else if let Some(&byte) = rest.first() {
            out.push(byte);
            at += 1;
        }
    }
    Outcome::Written
}

fn code(digits: &[u8]) -> u8 {
    let value = digits
        .iter()
        .filter_map(|&digit| hex_digit(digit))
        .fold(0, |v: u32, d| v << 4 | u32::from(d));
    // A code above FFFF is not full-width ASCII, whatever its low half.
    if value > 0xffff {
        (value & 0xff) as u8
    } else {
        narrow(value as u16)
    }
}
