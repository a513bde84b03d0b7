//! Text transformations: what AWS WAF does to a request component before it inspects it.
//!
//! Each function is linear in its input, never grows it more than threefold (`utf8_to_unicode` is the worst)
//! and works on bytes. Where the developer guide (page "Using text transformations in AWS WAF") is silent,
//! behaviour follows ModSecurity, whose `t:` functions the guide's wording mirrors; each file says where the two
//! part ways.

mod base64;
mod case;
mod cmd_line;
mod comments;
mod css;
mod escape_seq;
mod hash;
mod hex;
mod html_entity;
mod js;
mod nulls;
mod path;
pub mod pre_parse;
mod url;
mod utf8_to_unicode;
mod whitespace;

#[cfg(test)]
mod vectors;

use crate::model::TextTransformationType as Type;

/// What a transformation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The output is the input; the output buffer is not to be read.
    Unchanged,
    /// The output is this part of the input; the output buffer is not to be read.
    Part {
        /// First byte that stays.
        start: usize,
        /// One past the last byte that stays.
        end: usize,
    },
    /// The output is in the buffer.
    Written,
}

/// Applies one transformation to `input`. `out` is cleared first and holds the result if, and only if, the
/// outcome is [`Outcome::Written`].
pub fn apply(kind: Type, input: &[u8], out: &mut Vec<u8>) -> Outcome {
    out.clear();
    match kind {
        Type::None => Outcome::Unchanged,
        Type::CompressWhiteSpace => whitespace::compress(input, out),
        Type::RemoveWhitespace => whitespace::remove(input, out),
        Type::Trim => whitespace::trim(input),
        Type::TrimLeft => whitespace::trim_left(input),
        Type::TrimRight => whitespace::trim_right(input),
        Type::HtmlEntityDecode => html_entity::decode(input, out),
        Type::Lowercase => case::lower(input, out),
        Type::Uppercase => case::upper(input, out),
        Type::CmdLine => cmd_line::generic(input, out),
        Type::CmdLineWin => cmd_line::windows(input, out),
        Type::CmdLineUnix => cmd_line::unix(input, out),
        Type::UrlDecode => url::decode(input, out),
        Type::UrlDecodeUni => url::decode_uni(input, out),
        Type::Base64Decode => base64::decode(input, out),
        Type::Base64DecodeExt => base64::decode_ext(input, out),
        Type::HexDecode => hex::decode(input, out),
        Type::SqlHexDecode => hex::decode_sql(input, out),
        Type::Md5 => hash::md5(input, out),
        Type::Sha256 => hash::sha256(input, out),
        Type::ReplaceComments => comments::replace(input, out),
        Type::RemoveCommentsChar => comments::remove_markers(input, out),
        Type::EscapeSeqDecode => escape_seq::decode(input, out),
        Type::CssDecode => css::decode(input, out),
        Type::JsDecode => js::decode(input, out),
        Type::JsDecodeExt => js::decode_ext(input, out),
        Type::NormalizePath => path::normalize(input, out),
        Type::NormalizePathWin => path::normalize_win(input, out),
        Type::RemoveNulls => nulls::remove(input, out),
        Type::ReplaceNulls => nulls::replace(input, out),
        Type::Utf8ToUnicode => utf8_to_unicode::encode(input, out),
    }
}

/// The value of one hexadecimal digit.
fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that the two hexadecimal digits at the head of `input` stand for.
fn hex_pair(input: &[u8]) -> Option<u8> {
    let [high, low, ..] = input else { return None };
    Some(hex_digit(*high)? << 4 | hex_digit(*low)?)
}

/// The 16-bit code that the four hexadecimal digits at the head of `input` stand for.
fn hex_quad(input: &[u8]) -> Option<u16> {
    Some(u16::from(hex_pair(input)?) << 8 | u16::from(hex_pair(input.get(2..)?)?))
}

/// A 16-bit code as one byte, as URL_DECODE_UNI, JS_DECODE and CSS_DECODE do: full-width ASCII (FF01–FF5E)
/// becomes ASCII, of everything else the high byte is lost.
fn narrow(code: u16) -> u8 {
    let low = (code & 0xff) as u8;
    if (0xff01..=0xff5e).contains(&code) {
        low + 0x20
    } else {
        low
    }
}

/// ASCII white space as C's `isspace` has it.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}
