//! ESCAPE_SEQ_DECODE: ANSI C escapes `\a \b \f \n \r \t \v \\ \? \' \" \xHH \OOO`.
//!
//! An escape that is not valid stays in the output, backslash and all, as the guide says (ModSecurity drops the
//! backslash).

use super::{Outcome, hex_pair};
use memchr::memchr;

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let Some(first) = memchr(b'\\', input) else {
        return Outcome::Unchanged;
    };
    out.extend_from_slice(&input[..first]);
    let mut at = first;
    while at < input.len() {
        let escape = if input[at] == b'\\' {
            unescape(&input[at + 1..])
        } else {
            None
        };
        if let Some((byte, length)) = escape {
            out.push(byte);
            at += 1 + length;
        } else {
            out.push(input[at]);
            at += 1;
        }
    }
    Outcome::Written
}

/// The byte that follows a backslash and how many characters spell it.
fn unescape(rest: &[u8]) -> Option<(u8, usize)> {
    let byte = match rest.first()? {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        quoted @ (b'\\' | b'?' | b'\'' | b'"') => *quoted,
        b'x' => return Some((hex_pair(&rest[1..])?, 3)),
        b'0'..=b'7' => return Some(octal(rest)),
        _ => return None,
    };
    Some((byte, 1))
}

/// Up to three octal digits; what exceeds a byte loses its high bits.
pub(super) fn octal(rest: &[u8]) -> (u8, usize) {
    let digits = rest
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let value = rest[..digits]
        .iter()
        .fold(0_u16, |value, digit| value << 3 | u16::from(digit - b'0'));
    ((value & 0xff) as u8, digits)
}
