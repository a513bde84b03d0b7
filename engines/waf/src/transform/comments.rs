//! REPLACE_COMMENTS and REMOVE_COMMENTS_CHAR.

use super::Outcome;
use memchr::memmem;

/// Each C-style comment, and one that never ends, becomes one space. A lone `*/` stays.
pub(super) fn replace(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let Some(mut open) = memmem::find(input, b"/*") else {
        return Outcome::Unchanged;
    };
    let mut rest = input;
    loop {
        out.extend_from_slice(&rest[..open]);
        out.push(b' ');
        rest = &rest[open + 2..];
        let Some(close) = memmem::find(rest, b"*/") else {
            return Outcome::Written;
        };
        rest = &rest[close + 2..];
        match memmem::find(rest, b"/*") {
            Some(next) => open = next,
            None => break,
        }
    }
    out.extend_from_slice(rest);
    Outcome::Written
}

/// The markers `/*`, `*/`, `--` and `#` go, the text between them stays.
pub(super) fn remove_markers(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut at = 0;
    while at < input.len() {
        match &input[at..] {
            [b'/', b'*', ..] | [b'*', b'/', ..] | [b'-', b'-', ..] => at += 2,
            [b'#', ..] => at += 1,
            rest => {
                out.push(rest[0]);
                at += 1;
            }
        }
    }
    if out.len() == input.len() {
        Outcome::Unchanged
    } else {
        Outcome::Written
    }
}
