//! REMOVE_NULLS and REPLACE_NULLS (by a space).

use super::Outcome;
use memchr::memchr;

pub(super) fn remove(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if memchr(0, input).is_none() {
        return Outcome::Unchanged;
    }
    out.extend(input.iter().copied().filter(|&byte| byte != 0));
    Outcome::Written
}

pub(super) fn replace(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if memchr(0, input).is_none() {
        return Outcome::Unchanged;
    }
    out.extend(input.iter().map(|&byte| if byte == 0 { b' ' } else { byte }));
    Outcome::Written
}
