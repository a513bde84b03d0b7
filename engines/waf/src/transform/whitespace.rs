//! COMPRESS_WHITE_SPACE, REMOVE_WHITESPACE, TRIM, TRIM_LEFT, TRIM_RIGHT.
//!
//! The non-breaking space is the single byte 160, as the guide says; its UTF-8 form (C2 A0) is therefore half
//! replaced by COMPRESS_WHITE_SPACE, as in ModSecurity.

use super::{Outcome, is_space};

const NBSP: u8 = 160;

fn is_blank(byte: u8) -> bool {
    is_space(byte) || byte == NBSP
}

/// Every run of white space becomes one space.
pub(super) fn compress(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut previous = 0;
    let dirty = input.iter().any(|&byte| {
        let hit = is_blank(byte) && (byte != b' ' || previous == b' ');
        previous = byte;
        hit
    });
    if !dirty {
        return Outcome::Unchanged;
    }
    let mut in_run = false;
    for &byte in input {
        if !is_blank(byte) {
            out.push(byte);
            in_run = false;
        } else if !in_run {
            out.push(b' ');
            in_run = true;
        }
    }
    Outcome::Written
}

/// All white space goes.
pub(super) fn remove(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if !input.iter().copied().any(is_blank) {
        return Outcome::Unchanged;
    }
    out.extend(input.iter().copied().filter(|&byte| !is_blank(byte)));
    Outcome::Written
}

pub(super) fn trim(input: &[u8]) -> Outcome {
    part(input, first(input), last(input))
}

pub(super) fn trim_left(input: &[u8]) -> Outcome {
    part(input, first(input), input.len())
}

pub(super) fn trim_right(input: &[u8]) -> Outcome {
    part(input, 0, last(input))
}

fn first(input: &[u8]) -> usize {
    input
        .iter()
        .position(|&byte| !is_space(byte))
        .unwrap_or(input.len())
}

fn last(input: &[u8]) -> usize {
    input
        .iter()
        .rposition(|&byte| !is_space(byte))
        .map_or(0, |at| at + 1)
}

fn part(input: &[u8], start: usize, end: usize) -> Outcome {
    if start == 0 && end == input.len() {
        Outcome::Unchanged
    } else {
        Outcome::Part {
            start: start.min(end),
            end,
        }
    }
}
