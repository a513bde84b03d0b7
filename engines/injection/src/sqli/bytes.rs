//! Classes of bytes, one table look-up each.

use super::token::Kind;

/// White space as the databases see it: Oracle takes NUL, Latin-1 clients send 0xA0.
pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0B | 0x0C | b'\r' | 0xA0 | 0)
}

/// Which reader takes over at a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    White,
    /// A token of this one byte.
    Single(Kind),
    /// An operator of up to three bytes, or `:`.
    Operator,
    Hash,
    Dash,
    Slash,
    Quote,
    Backtick,
    Money,
    Number,
    Variable,
    Bracket,
    Backslash,
    Word,
    /// `b'01'`.
    Binary,
    /// `x'1F'`.
    Hexadecimal,
    /// `e'…'`.
    Escaped,
    /// `n'…'`, `nq'[…]'`.
    National,
    /// `q'[…]'`.
    Quoted,
    /// `u&'…'`.
    Unicode,
}

const fn start(byte: u8) -> Start {
    match byte {
        0..=32 | 127 | 0xA0 => Start::White,
        b'!' | b'&' | b'*' | b':' | b'<' | b'=' | b'>' | b'|' => Start::Operator,
        b'"' | b'\'' => Start::Quote,
        b'#' => Start::Hash,
        b'$' => Start::Money,
        b'%' | b'+' | b'^' | b'~' => Start::Single(Kind::Operator),
        b'(' => Start::Single(Kind::LeftParenthesis),
        b')' => Start::Single(Kind::RightParenthesis),
        b',' => Start::Single(Kind::Comma),
        b'-' => Start::Dash,
        b'/' => Start::Slash,
        b'.' | b'0'..=b'9' => Start::Number,
        b';' => Start::Single(Kind::Semicolon),
        b'?' | b']' => Start::Single(Kind::Unknown),
        b'@' => Start::Variable,
        b'[' => Start::Bracket,
        b'\\' => Start::Backslash,
        b'`' => Start::Backtick,
        b'{' => Start::Single(Kind::LeftBrace),
        b'}' => Start::Single(Kind::RightBrace),
        b'b' | b'B' => Start::Binary,
        b'e' | b'E' => Start::Escaped,
        b'n' | b'N' => Start::National,
        b'q' | b'Q' => Start::Quoted,
        b'u' | b'U' => Start::Unicode,
        b'x' | b'X' => Start::Hexadecimal,
        _ => Start::Word,
    }
}

pub(super) static STARTS: [Start; 256] = {
    let mut table = [Start::White; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = start(byte as u8);
        byte += 1;
    }
    table
};

const ENDS_WORD: u8 = 1;
const ENDS_VARIABLE: u8 = 2;
const SPLITS_WORD: u8 = 4;
const HEX: u8 = 8;
const DIGIT: u8 = 16;
const PLAIN: u8 = 32;

const fn flags(byte: u8) -> u8 {
    let shared = matches!(
        byte,
        b' ' | b'<'
            | b'>'
            | b':'
            | b'\\'
            | b'?'
            | b'='
            | b'@'
            | b'!'
            | b'#'
            | b'~'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'&'
            | b'|'
            | b'^'
            | b'%'
            | b'('
            | b')'
            | b','
            | b'\''
            | b';'
            | b'\t'
            | b'\n'
            | 0x0B
            | 0x0C
            | b'\r'
            | b'"'
            | 0
    );
    let mut flags = 0;
    if shared || matches!(byte, b'[' | b']' | b'{' | b'}' | 0xA0) {
        flags |= ENDS_WORD;
    }
    if shared || byte == b'`' {
        flags |= ENDS_VARIABLE;
    }
    if matches!(byte, b'.' | b'`') {
        flags |= SPLITS_WORD;
    }
    if byte.is_ascii_hexdigit() {
        flags |= HEX;
    }
    if byte.is_ascii_digit() {
        flags |= DIGIT;
    }
    if byte.is_ascii_alphanumeric() || byte == b'_' {
        flags |= PLAIN;
    }
    flags
}

static FLAGS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = flags(byte as u8);
        byte += 1;
    }
    table
};

#[inline]
fn span(bytes: &[u8], flag: u8, expected: bool) -> usize {
    bytes
        .iter()
        .position(|byte| (FLAGS[usize::from(*byte)] & flag != 0) != expected)
        .unwrap_or(bytes.len())
}

/// How many bytes until one that ends a word.
#[inline]
pub(super) fn word_length(bytes: &[u8]) -> usize {
    span(bytes, ENDS_WORD, false)
}

/// How many bytes until one that ends a variable's name.
#[inline]
pub(super) fn variable_length(bytes: &[u8]) -> usize {
    span(bytes, ENDS_VARIABLE, false)
}

/// How many hexadecimal digits come first.
#[inline]
pub(super) fn hexadecimal_length(bytes: &[u8]) -> usize {
    span(bytes, HEX, true)
}

/// How many digits come first.
#[inline]
pub(super) fn digits_length(bytes: &[u8]) -> usize {
    span(bytes, DIGIT, true)
}

/// How many bytes of `accepted` come first.
pub(super) fn accepted_length(bytes: &[u8], accepted: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| !accepted(*byte))
        .unwrap_or(bytes.len())
}

/// Is the byte one at which a word may have to be split (`.` and the backtick)?
#[inline]
pub(super) fn splits_word(byte: u8) -> bool {
    FLAGS[usize::from(byte)] & SPLITS_WORD != 0
}

/// Letters, digits and underscores only: at most a number and a word, which is never an attack.
#[inline]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| FLAGS[usize::from(*byte)] & PLAIN != 0)
}
