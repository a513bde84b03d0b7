//! Cross-site scripting.
//!
//! ```
//! use haechi_injection::xss;
//!
//! let found = xss::detect(b"\"><img src=x onerror=alert(1)>").expect("an injection");
//! assert_eq!(found.matched_data, [&b"onerror"[..], b"alert(1)"]);
//! assert!(xss::detect(b"a < b and c > d").is_none());
//! ```

mod attributes;
mod entities;
mod html;
mod styles;
mod tags;
mod urls;

pub use html::{Context, Kind, Token, Tokens};

use attributes::Attribute;
use memchr::{memchr, memchr2, memmem};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XssMatch {
    /// The telling tokens, as AWS WAF's logs show them in `ruleMatchDetails.matchedData`: `["<", "script"]`.
    /// Each is cut after 64 bytes.
    pub matched_data: Vec<Vec<u8>>,
}

/// The longest matched text that is reported.
const MAX_REPORTED: usize = 64;

impl XssMatch {
    fn of(texts: &[&[u8]]) -> Self {
        let cut = |text: &&[u8]| text[..text.len().min(MAX_REPORTED)].to_vec();
        Self {
            matched_data: texts.iter().map(cut).collect(),
        }
    }
}

/// Looks for script: would the input, put into a page as text, in a tag or in an attribute's value, run any?
///
/// The input must be decoded already (WAF rules do that by text transformations); character references are
/// resolved where a browser does it.
#[must_use]
pub fn detect(input: &[u8]) -> Option<XssMatch> {
    // Without `<` there is no tag, without `=` no attribute: nothing to report in any context.
    memchr2(b'<', b'=', input)?;
    if let Some(found) = memchr(b'<', input).and_then(|_| detect_in(input, Context::Data)) {
        return Some(found);
    }
    // In a tag only a value runs, and only behind its end another tag begins.
    memchr2(b'=', b'>', input)?;
    if let Some(found) = detect_in(input, Context::Tag) {
        return Some(found);
    }
    // Without its quote the whole input is one harmless value.
    [b'\'', b'"', b'`']
        .into_iter()
        .filter(|quote| memchr(*quote, input).is_some())
        .find_map(|quote| detect_in(input, Context::Value(quote)))
}

fn detect_in(input: &[u8], context: Context) -> Option<XssMatch> {
    let mut attribute = (Attribute::Harmless, &b""[..]);
    let mut in_style = false;
    for token in Tokens::new(input, context) {
        let (kind, name) = std::mem::replace(&mut attribute, (Attribute::Harmless, b""));
        match token.kind {
            Kind::Doctype if is_active_doctype(token.text) => {
                return Some(XssMatch::of(&[b"<!", token.text]));
            }
            Kind::TagNameOpen if tags::is_active(token.text) => {
                return Some(XssMatch::of(&[b"<", token.text]));
            }
            Kind::TagNameOpen => in_style = tags::is_style_sheet(token.text),
            Kind::Text if in_style && (styles::is_active(token.text) || styles::fetches(token.text)) => {
                return Some(XssMatch::of(&[b"<", b"style"]));
            }
            Kind::Comment if is_active_comment(token.text) => {
                return Some(XssMatch::of(&[b"<!", token.text]));
            }
            Kind::AttributeName => attribute = (attributes::kind_of(token.text), token.text),
            Kind::AttributeValue => {
                let active = match kind {
                    Attribute::Harmless => false,
                    Attribute::Active => true,
                    Attribute::Url => urls::is_active(token.text),
                    Attribute::Style => styles::is_active(token.text),
                    Attribute::Namespace => !urls::is_standard_namespace(token.text),
                    // The value is itself an attribute's name (SVG's attributeName).
                    Attribute::Indirect => attributes::kind_of(token.text) != Attribute::Harmless,
                };
                if active {
                    return Some(XssMatch::of(&[name, token.text]));
                }
            }
            _ => {}
        }
    }
    None
}

/// Document types that define entities or fetch a definition from a place of the sender's choice; the names of the
/// standard ones are at the head of every page and many a picture.
fn is_active_doctype(text: &[u8]) -> bool {
    let standard = |name: &[u8]| memmem::find(text, name).is_some();
    memchr(b'[', text).is_some()
        || (!text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace())
            && !standard(b"//W3C//")
            && !standard(b"//w3c//")
            && !standard(b"//Apple//DTD PLIST")
            && !standard(b"//apple//dtd plist"))
}

/// Comments that some browsers execute: closed by a backtick, conditional, XML's namespaces and entities (but not
/// the declaration at the head of every XML document).
fn is_active_comment(text: &[u8]) -> bool {
    let starts = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    memchr(b'`', text).is_some()
        || (text.len() > 3
            && (starts(b"[IF")
                || (starts(b"XML") && !text[3].is_ascii_whitespace() && !starts(b"XML-STYLESHEET "))))
        || (text.len() > 5 && (starts(b"IMPORT") || starts(b"ENTITY")))
}
