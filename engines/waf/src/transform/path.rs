//! NORMALIZE_PATH and NORMALIZE_PATH_WIN: repeated slashes, `.` and `..` (except at the start of a relative
//! path) go; NORMALIZE_PATH_WIN turns backslashes to slashes first.

use super::Outcome;
use memchr::{memchr, memrchr};

pub(super) fn normalize(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if is_normal(input) {
        return Outcome::Unchanged;
    }
    resolve(input, |byte| byte == b'/', out);
    Outcome::Written
}

pub(super) fn normalize_win(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if memchr(b'\\', input).is_none() {
        return normalize(input, out);
    }
    resolve(input, |byte| matches!(byte, b'/' | b'\\'), out);
    Outcome::Written
}

/// Nothing to do: no empty segment and none that starts with a dot.
fn is_normal(input: &[u8]) -> bool {
    let mut previous = b'/';
    for (at, &byte) in input.iter().enumerate() {
        if previous == b'/' && (byte == b'.' || byte == b'/') && !(at == 0 && byte == b'/') {
            return false;
        }
        previous = byte;
    }
    true
}

fn resolve(input: &[u8], separator: impl Fn(u8) -> bool + Copy, out: &mut Vec<u8>) {
    let absolute = input.first().copied().is_some_and(separator);
    if absolute {
        out.push(b'/');
    }
    let mut depth = 0_usize;
    for segment in input.split(|&byte| separator(byte)) {
        match segment {
            b"" | b"." => {}
            b".." if depth > 0 => {
                depth -= 1;
                let parent = memrchr(b'/', out).unwrap_or(0);
                out.truncate(if absolute { parent.max(1) } else { parent });
            }
            b".." if absolute => {}
            _ => {
                depth += usize::from(segment != b"..");
                if !out.is_empty() && !out.ends_with(b"/") {
                    out.push(b'/');
                }
                out.extend_from_slice(segment);
            }
        }
    }
    if input.last().copied().is_some_and(separator) && !out.is_empty() && !out.ends_with(b"/") {
        out.push(b'/');
    }
}
