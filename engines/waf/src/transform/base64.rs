//! BASE64_DECODE, which stops at the first character outside the alphabet, and BASE64_DECODE_EXT, which skips
//! such characters.

use super::Outcome;

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut group = Group::default();
    for &byte in input {
        match sextet(byte) {
            Some(value) => group.push(value, out),
            None => break,
        }
    }
    group.finish(out);
    Outcome::Written
}

pub(super) fn decode_ext(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut group = Group::default();
    for &byte in input {
        match sextet(byte) {
            Some(value) => group.push(value, out),
            // Padding ends the data only where padding can stand.
            None if byte == b'=' && group.count >= 2 => break,
            None => {}
        }
    }
    group.finish(out);
    Outcome::Written
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Up to four sextets on their way to three bytes.
#[derive(Default)]
struct Group {
    bits: u32,
    count: u8,
}

impl Group {
    fn push(&mut self, value: u8, out: &mut Vec<u8>) {
        self.bits = self.bits << 6 | u32::from(value);
        self.count += 1;
        if self.count == 4 {
            out.extend_from_slice(&self.bits.to_be_bytes()[1..]);
            *self = Self::default();
        }
    }

    fn finish(self, out: &mut Vec<u8>) {
        match self.count {
            2 => out.push((self.bits >> 4) as u8),
            3 => out.extend_from_slice(&((self.bits >> 2) as u16).to_be_bytes()),
            _ => {}
        }
    }
}
