//! The kinds of bytes that every match of a pattern must contain.
//!
//! Many patterns have no literal that is long enough to search for, but hardly any can match without a `$`, a `<` or
//! a quote. Bytes are sorted into fewer than 64 kinds (each punctuation mark and each of the rarer letters is one of
//! its own), so that a text is summed up by one word of bits. Case is folded, and one bit says that there are capitals.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A set of kinds of bytes.
pub(crate) type Kinds = u64;

/// More sets than these are not worth asking for.
const MOST: usize = 4;
/// A set that weighs more is in nearly every text.
const HEAVIEST: u32 = 400;

const COMMON_LETTERS: &[u8; 9] = b"etaoinsrc";
const COMMON_MARKS: &[u8; 13] = b"/.:-_=&,\"?();";

const KIND: [u8; 256] = kinds();
const WEIGHT: [u32; 64] = weights();
/// There is a capital letter.
pub(crate) const CAPITAL: Kinds = 1 << 63;
static TABLE: [Kinds; 256] = table();

const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut next = 8;
    let mut byte = 0;
    while byte < 256 {
        let value = byte as u8;
        kinds[byte] = match value {
            0 => 0,
            b'\n' | b'\r' => 1,
            b'\t' | 0x0b | 0x0c => 2,
            b' ' => 3,
            b'0'..=b'9' => 4,
            0x80.. => 5,
            _ if value.is_ascii_control() => 6,
            b'a'..=b'z' if among(value, COMMON_LETTERS) => 7,
            // Lower case comes after upper case.
            b'a'..=b'z' => kinds[value.to_ascii_uppercase() as usize],
            b'A'..=b'Z' if among(value.to_ascii_lowercase(), COMMON_LETTERS) => 7,
            _ => {
                next += 1;
                next - 1
            }
        };
        byte += 1;
    }
    // The last bit is `CAPITAL`.
    assert!(next <= 63);
    kinds
}

const fn table() -> [Kinds; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = 1 << KIND[byte];
        if (byte as u8).is_ascii_uppercase() {
            table[byte] |= CAPITAL;
        }
        byte += 1;
    }
    table
}

const fn weights() -> [u32; 64] {
    let mut weights = [2; 64];
    (weights[3], weights[4], weights[7]) = (150, 200, 400);
    let mut letter = b'a';
    while letter <= b'z' {
        if !among(letter, COMMON_LETTERS) {
            weights[KIND[letter as usize] as usize] = 80;
        }
        letter += 1;
    }
    let mut at = 0;
    while at < COMMON_MARKS.len() {
        weights[KIND[COMMON_MARKS[at] as usize] as usize] = 40;
        at += 1;
    }
    weights
}

const fn among(byte: u8, list: &[u8]) -> bool {
    let mut at = 0;
    while at < list.len() {
        if list[at] == byte {
            return true;
        }
        at += 1;
    }
    false
}

/// The kinds of bytes that are in the text.
pub(crate) fn present(text: &[u8]) -> Kinds {
    text.iter()
        .fold(0, |kinds, &byte| kinds | TABLE[usize::from(byte)])
}

/// The kinds that a byte adds to a text's.
#[inline]
pub(crate) fn kinds_of(byte: u8) -> Kinds {
    TABLE[usize::from(byte)]
}

/// The kind of a byte, whatever its case.
pub(crate) fn of(byte: u8) -> Kinds {
    1 << KIND[usize::from(byte)]
}

/// Sets of which a match has a byte of each, rarest first.
pub(crate) fn required(hir: &Hir) -> Vec<Kinds> {
    let mut sets = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(literal) => literal.0.iter().map(|&byte| of(byte)).collect(),
        HirKind::Class(class) => vec![members(class)],
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Repetition(_) => Vec::new(),
        HirKind::Concat(parts) => parts.iter().flat_map(required).collect(),
        HirKind::Alternation(branches) => any_of(&branches.iter().map(required).collect::<Vec<_>>()),
    };
    tidy(&mut sets);
    sets
}

/// The sets of a text that must be there as it stands.
pub(crate) fn of_text(text: &[u8]) -> Vec<Kinds> {
    let mut sets: Vec<_> = text.iter().map(|&byte| of(byte)).collect();
    tidy(&mut sets);
    sets
}

fn tidy(sets: &mut Vec<Kinds>) {
    sets.retain(|set| weight(*set) < HEAVIEST);
    sets.sort_unstable_by_key(|set| (weight(*set), *set));
    sets.dedup();
    sets.truncate(MOST);
}

/// Of each branch one set, the rarest with the rarest.
fn any_of(branches: &[Vec<Kinds>]) -> Vec<Kinds> {
    if branches.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    (0..MOST)
        .map(|nth| {
            branches
                .iter()
                .map(|sets| sets[nth.min(sets.len() - 1)])
                .fold(0, |all, set| all | set)
        })
        .collect()
}

fn weight(set: Kinds) -> u32 {
    (0..64)
        .filter(|kind| set & (1 << kind) != 0)
        .map(|kind| WEIGHT[kind])
        .sum()
}

fn members(class: &Class) -> Kinds {
    let range = |start: u32, end: u32| (start..=end.min(0xff)).fold(0, |all, byte| all | of(byte as u8));
    match class {
        Class::Bytes(class) => class.iter().fold(0, |all, part| {
            all | range(u32::from(part.start()), u32::from(part.end()))
        }),
        // Above ASCII a code point is bytes that are above ASCII.
        Class::Unicode(class) => class.iter().fold(0, |all, part| {
            let high = if u32::from(part.end()) > 0x7f { of(0xff) } else { 0 };
            all | high | range(u32::from(part.start()), u32::from(part.end()).min(0x7f))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regex::Regex;
    use proptest::prelude::*;

    fn may_match(pattern: &str, text: &[u8]) -> bool {
        let kinds = present(text);
        let regex = Regex::new(pattern).expect(pattern);
        regex
            .needs()
            .iter()
            .any(|needs| needs.bytes.iter().all(|set| set & kinds != 0))
    }

    #[test]
    fn what_a_pattern_needs_is_seen_in_the_text() {
        for (pattern, text, expected) in [
            (r"\$\s*\{[^}]*j\s*n", &b"${ jn"[..], true),
            (r"\$\s*\{[^}]*j\s*n", b"{jn", false),
            (r"(?i)<\s*s|%3c", b"%3C", true),
            (r"(?i)<\s*s|%3c", b"{script}", false),
            ("['`]x?", b"quotes", false),
            ("a*", b"", true),
        ] {
            assert_eq!(may_match(pattern, text), expected, "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn a_text_that_matches_has_what_is_required(
            pattern in "(\\(\\?i\\))?[<$]{1,2}(\\(c[;:]\\|f\\[\\^a\\]\\)|\\[bc'\\]|[(]?|d\\+|\\.\\*)[a$;]{0,3}([d\"]\\?)?".prop_filter("balanced", |p| Regex::new(p).is_ok()),
            text in "[a-f<$;:'\"()A-C]{0,24}",
        ) {
            let regex = Regex::new(&pattern).expect("a pattern");
            if regex.is_match(text.as_bytes()) {
                prop_assert!(may_match(&pattern, text.as_bytes()), "{pattern} in {text}");
            }
        }
    }
}
