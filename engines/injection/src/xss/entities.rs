//! Character references, as far as URLs need them.

/// Decodes one character: its value and how many bytes it took. Numeric references are resolved, and the
/// named ones that hide a scheme (`javascript&colon;`, `java&Tab;script:`).
pub(super) fn character(text: &[u8]) -> Option<(u32, usize)> {
    let first = *text.first()?;
    if first != b'&' {
        return Some((u32::from(first), 1));
    }
    Some(
        numeric(text)
            .or_else(|| named(text))
            .unwrap_or((u32::from(b'&'), 1)),
    )
}

/// `&#106;`, `&#x6A;`; the semicolon may be missing, leading zeros are many.
fn numeric(text: &[u8]) -> Option<(u32, usize)> {
    let digits = text.strip_prefix(b"&#")?;
    let (digits, radix, opener) = match digits.first()? {
        b'x' | b'X' => (&digits[1..], 16, 3),
        _ => (digits, 10, 2),
    };
    let len = digits
        .iter()
        .take_while(|byte| char::from(**byte).is_digit(radix))
        .count();
    if len == 0 {
        return None;
    }
    let value = digits[..len]
        .iter()
        .filter_map(|byte| char::from(*byte).to_digit(radix))
        .try_fold(0_u32, |value, digit| value.checked_mul(radix)?.checked_add(digit))
        .filter(|value| *value <= 0x0010_FFFF)?;
    Some((value, opener + len + usize::from(digits.get(len) == Some(&b';'))))
}

const NAMED: [(&[u8], u8); 8] = [
    (b"&colon;", b':'),
    (b"&Tab;", b'\t'),
    (b"&NewLine;", b'\n'),
    (b"&lpar;", b'('),
    (b"&rpar;", b')'),
    (b"&sol;", b'/'),
    (b"&nbsp;", b' '),
    (b"&period;", b'.'),
];

fn named(text: &[u8]) -> Option<(u32, usize)> {
    NAMED
        .iter()
        .find(|(name, _)| text.starts_with(name))
        .map(|(name, value)| (u32::from(*value), name.len()))
}
