//! CMD_LINE, CMD_LINE_WIN and CMD_LINE_UNIX: what shells ignore when they read a command goes.
//!
//! CMD_LINE deletes `\ " ' ^`, deletes spaces before `/` and `(`, turns `,` and `;` into spaces. The Unix form
//! deletes `\ " '` only; the Windows form deletes `" ' ^` (and the line break after a caret) and makes a run of
//! backslashes one. Both trim. All of them compress spaces and lower the case of letters.

use super::{Outcome, is_space};

pub(super) fn generic(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut line = Line {
        out,
        keep_leading: true,
    };
    for &byte in input {
        match byte {
            b'\\' | b'"' | b'\'' | b'^' => {}
            b',' | b';' => line.space(),
            b'/' | b'(' => {
                line.drop_space();
                line.push(byte);
            }
            _ if is_space(byte) => line.space(),
            _ => line.push(byte),
        }
    }
    Outcome::Written
}

pub(super) fn unix(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut line = Line {
        out,
        keep_leading: false,
    };
    for &byte in input {
        match byte {
            b'\\' | b'"' | b'\'' => {}
            _ if is_space(byte) => line.space(),
            _ => line.push(byte),
        }
    }
    line.drop_space();
    Outcome::Written
}

pub(super) fn windows(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut line = Line {
        out,
        keep_leading: false,
    };
    let mut at = 0;
    while at < input.len() {
        at += match &input[at..] {
            [b'^', b'\r', b'\n', ..] => 3,
            [b'^', b'\n', ..] => 2,
            [b'"' | b'\'' | b'^', ..] => 1,
            [b'\\', ..] => {
                if line.out.last() != Some(&b'\\') {
                    line.push(b'\\');
                }
                1
            }
            [byte, ..] if is_space(*byte) => {
                line.space();
                1
            }
            [byte, ..] => {
                line.push(*byte);
                1
            }
            [] => break,
        };
    }
    line.drop_space();
    Outcome::Written
}

struct Line<'a> {
    out: &'a mut Vec<u8>,
    keep_leading: bool,
}

impl Line<'_> {
    fn push(&mut self, byte: u8) {
        self.out.push(byte.to_ascii_lowercase());
    }

    fn space(&mut self) {
        let wanted = match self.out.last() {
            None => self.keep_leading,
            Some(last) => *last != b' ',
        };
        if wanted {
            self.out.push(b' ');
        }
    }

    fn drop_space(&mut self) {
        if self.out.last() == Some(&b' ') {
            self.out.pop();
        }
    }
}
