//! Text transformations: what AWS WAF does to a request component before it inspects it.
//!
//! Each function is linear in its input, never grows it more than threefold (`utf8_to_unicode` is the worst)
//! and works on bytes. Where the developer guide (page "Using text transformations in AWS WAF") is silent,
//! behaviour follows ModSecurity, whose `t:` functions the guide's wording mirrors; each file says where the two
//! part ways.

mod base64;
mod base64_text;
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
use crate::regex::bytes::{self, Kinds};

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
        Type::HaechiBase64Text => base64_text::decode(input, out),
    }
}

/// The kinds of bytes without which a transformation leaves a text as it is; `None` when that can't be said.
pub(crate) fn acts_on(kind: Type) -> Option<Kinds> {
    let any = |bytes: &[u8]| bytes.iter().fold(0, |all, &byte| all | bytes::of(byte));
    Some(match kind {
        Type::None => 0,
        Type::Lowercase => bytes::CAPITAL,
        Type::UrlDecode | Type::UrlDecodeUni => any(b"%+"),
        Type::HtmlEntityDecode => any(b"&"),
        Type::JsDecode | Type::JsDecodeExt | Type::CssDecode | Type::EscapeSeqDecode => any(b"\\"),
        Type::RemoveNulls | Type::ReplaceNulls => any(b"\0"),
        Type::ReplaceComments => any(b"/"),
        Type::RemoveWhitespace | Type::CompressWhiteSpace | Type::Trim | Type::TrimLeft | Type::TrimRight => {
            // A no-break space is one for some of them.
            any(b" \t\n\r\x0b\x0c\xa0")
        }
        Type::CmdLineUnix => any(b"\\\"' \t\n\r\x0b\x0c") | bytes::CAPITAL,
        Type::Utf8ToUnicode => any(b"\x80"),
        _ => return None,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Type; 19] = [
        Type::None,
        Type::Lowercase,
        Type::UrlDecode,
        Type::UrlDecodeUni,
        Type::HtmlEntityDecode,
        Type::JsDecode,
        Type::JsDecodeExt,
        Type::CssDecode,
        Type::EscapeSeqDecode,
        Type::RemoveNulls,
        Type::ReplaceNulls,
        Type::ReplaceComments,
        Type::RemoveWhitespace,
        Type::CompressWhiteSpace,
        Type::Trim,
        Type::TrimLeft,
        Type::TrimRight,
        Type::CmdLineUnix,
        Type::Utf8ToUnicode,
    ];

    proptest! {
        #[test]
        fn a_text_without_what_a_transformation_acts_on_stays(
            text in prop_oneof!["[a-z0-9=:]{0,12}", "[ -~]{0,8}", "[a-z \\t;,'\"%+&/(]{0,8}", "[a-c\u{a0}\u{e9}]{0,4}"],
        ) {
            for kind in KINDS {
                let acts_on = acts_on(kind).expect("it is in the list");
                if acts_on & bytes::present(text.as_bytes()) != 0 {
                    continue;
                }
                let mut out = Vec::new();
                let outcome = apply(kind, text.as_bytes(), &mut out);
                let same = match outcome {
                    Outcome::Unchanged => true,
                    Outcome::Part { start, end } => (start, end) == (0, text.len()),
                    Outcome::Written => out == text.as_bytes(),
                };
                prop_assert!(same, "{kind:?} of {text:?}");
            }
        }
    }
}
