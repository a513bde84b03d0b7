//! Cookies: every `cookie` header cut at `;` and the first `=`. Names are case-sensitive.

use super::{Header, name_and_value, parts};

/// Name and value of each cookie, in order.
pub fn cookies<'a>(headers: &'a [Header<'a>]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"cookie"))
        .flat_map(|(_, value)| parts(value, b';'))
        .map(|cookie| name_and_value(cookie.trim_ascii_start()))
        .filter(|(name, value)| !name.is_empty() || !value.is_empty())
}
