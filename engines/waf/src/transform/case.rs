//! LOWERCASE and UPPERCASE: ASCII letters only.

use super::Outcome;

pub(super) fn lower(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if !input.iter().any(u8::is_ascii_uppercase) {
        return Outcome::Unchanged;
    }
    out.extend_from_slice(input);
    out.make_ascii_lowercase();
    Outcome::Written
}

pub(super) fn upper(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    if !input.iter().any(u8::is_ascii_lowercase) {
        return Outcome::Unchanged;
    }
    out.extend_from_slice(input);
    out.make_ascii_uppercase();
    Outcome::Written
}
