//! UTF8_TO_UNICODE: each multi-byte UTF-8 character becomes `%uHHHH`; what is not UTF-8 stays.

use super::Outcome;
use std::io::Write as _;

pub(super) fn encode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if input.is_ascii() {
        return Outcome::Unchanged;
    }
    for chunk in input.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_ascii() {
                out.push(character as u8);
            } else {
                // Writing to a Vec cannot fail.
                let _ = write!(out, "%u{:04x}", u32::from(character));
            }
        }
        out.extend_from_slice(chunk.invalid());
    }
    Outcome::Written
}
