//! What is hidden: `RedactedFields` of a logging configuration, `DataProtectionConfig` of a web ACL.
//!
//! AWS replaces a hidden value by the word `REDACTED` or by a one-way hash (API reference, `DataProtection`).
//! Which hash is not documented; here it is SHA-256 in lower-case hexadecimal, over the bytes received.

use crate::model::{DataProtectionAction, DataProtectionConfig, FieldToMatch, FieldToProtectType};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

const REDACTED: &str = "REDACTED";

/// How one component is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mask {
    action: DataProtectionAction,
    /// In what SQL-injection and XSS statements saw, too.
    pub(super) in_details: bool,
    /// In the keys of rate-based rules, too.
    pub(super) in_rates: bool,
}

impl Mask {
    const REDACT: Self = Self {
        action: DataProtectionAction::Substitution,
        in_details: true,
        in_rates: true,
    };

    /// What stands for `value`.
    pub(super) fn apply(self, value: &[u8]) -> Cow<'static, str> {
        match self.action {
            DataProtectionAction::Substitution => Cow::Borrowed(REDACTED),
            DataProtectionAction::Hash => Cow::Owned(hex(&Sha256::digest(value))),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Everything that is hidden of a web ACL's requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Masks {
    headers: Vec<(Box<str>, Mask)>,
    cookies: Vec<(Box<str>, Mask)>,
    arguments: Vec<(Box<str>, Mask)>,
    pub(super) query: Option<Mask>,
    pub(super) uri: Option<Mask>,
    pub(super) method: Option<Mask>,
    pub(super) body: Option<Mask>,
}

impl Masks {
    /// What the web ACL's data protection hides.
    pub(super) fn protecting(config: Option<&DataProtectionConfig>) -> Self {
        let mut masks = Self::default();
        for protection in config.into_iter().flat_map(|config| &config.data_protections) {
            let mask = Mask {
                action: protection.action,
                in_details: !protection.exclude_rule_match_details.unwrap_or(false),
                in_rates: !protection.exclude_rate_based_details.unwrap_or(false),
            };
            let keys = protection
                .field
                .field_keys
                .iter()
                .map(|key| (key.as_str().into(), mask));
            match protection.field.field_type {
                FieldToProtectType::SingleHeader => masks.headers.extend(keys),
                FieldToProtectType::SingleCookie => masks.cookies.extend(keys),
                FieldToProtectType::SingleQueryArgument => masks.arguments.extend(keys),
                FieldToProtectType::QueryString => masks.query = Some(mask),
                FieldToProtectType::Body => masks.body = Some(mask),
            }
        }
        masks
    }

    /// The same and what a logging configuration redacts, which wins over a hash.
    pub(super) fn redacting(&self, fields: &[FieldToMatch]) -> Self {
        let mut masks = self.clone();
        for field in fields {
            match field {
                FieldToMatch::UriPath(_) => masks.uri = Some(Mask::REDACT),
                FieldToMatch::QueryString(_) => masks.query = Some(Mask::REDACT),
                FieldToMatch::Method(_) => masks.method = Some(Mask::REDACT),
                FieldToMatch::SingleHeader(header) => {
                    masks
                        .headers
                        .insert(0, (header.name.as_str().into(), Mask::REDACT));
                }
                // The service accepts no other field here.
                _ => {}
            }
        }
        masks
    }

    /// The mask of a header; names in any case.
    pub(super) fn header(&self, name: &[u8]) -> Option<Mask> {
        find(&self.headers, |known| known.eq_ignore_ascii_case(name))
    }

    /// The mask of a cookie; AWS compares cookie names exactly.
    pub(super) fn cookie(&self, name: &[u8]) -> Option<Mask> {
        find(&self.cookies, |known| known == name)
    }

    /// The mask of a query argument: names in any case, after percent-decoding, so that nobody gets around it by
    /// writing the name differently.
    pub(super) fn argument(&self, name: &[u8]) -> Option<Mask> {
        if self.arguments.is_empty() {
            return None;
        }
        let name = percent_decode(name);
        find(&self.arguments, |known| known.eq_ignore_ascii_case(&name))
    }

    /// The mask of anything of this kind whose name nobody knows.
    pub(super) fn any_header(&self) -> Option<Mask> {
        self.headers.first().map(|(_, mask)| *mask)
    }

    /// As [`Masks::any_header`].
    pub(super) fn any_cookie(&self) -> Option<Mask> {
        self.cookies.first().map(|(_, mask)| *mask)
    }

    /// As [`Masks::any_header`].
    pub(super) fn any_argument(&self) -> Option<Mask> {
        self.query
            .or_else(|| self.arguments.first().map(|(_, mask)| *mask))
    }

    /// A header's value as it may be written down.
    pub(super) fn header_value<'a>(&self, name: &[u8], value: &'a [u8]) -> Cow<'a, str> {
        if let Some(mask) = self.header(name) {
            return mask.apply(value);
        }
        if !self.cookies.is_empty() && name.eq_ignore_ascii_case(b"cookie") {
            return Cow::Owned(rewrite(value, b';', |name| self.cookie(name)));
        }
        String::from_utf8_lossy(value)
    }

    /// The query string as it may be written down.
    pub(super) fn query_string<'a>(&self, query: &'a [u8]) -> Cow<'a, str> {
        if let Some(mask) = self.query {
            return mask.apply(query);
        }
        if self.arguments.is_empty() {
            return String::from_utf8_lossy(query);
        }
        Cow::Owned(rewrite(query, b'&', |name| self.argument(name)))
    }
}

fn find(masks: &[(Box<str>, Mask)], is: impl Fn(&[u8]) -> bool) -> Option<Mask> {
    masks
        .iter()
        .find(|(known, _)| is(known.as_bytes()))
        .map(|(_, mask)| *mask)
}

/// Masks the values of `name=value` pairs, leaving everything else as it is.
fn rewrite(text: &[u8], separator: u8, mask_of: impl Fn(&[u8]) -> Option<Mask>) -> String {
    let mut written = String::with_capacity(text.len());
    for (nth, pair) in text.split(|byte| *byte == separator).enumerate() {
        if nth > 0 {
            written.push(char::from(separator));
        }
        let equals = memchr::memchr(b'=', pair);
        let name = equals.map_or(pair, |at| &pair[..at]).trim_ascii();
        match (mask_of(name), equals) {
            (Some(mask), Some(at)) => {
                written.push_str(&String::from_utf8_lossy(&pair[..=at]));
                written.push_str(&mask.apply(&pair[at + 1..]));
            }
            _ => written.push_str(&String::from_utf8_lossy(pair)),
        }
    }
    written
}

fn percent_decode(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match (text[at], digit(text.get(at + 1)), digit(text.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(decoded)
}
