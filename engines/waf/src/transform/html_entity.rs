//! HTML_ENTITY_DECODE: `&#xHH;`, `&#NN;` and the names that the guide lists, in any case.
//!
//! As in ModSecurity the semicolon may be missing after a number and after the five classic names. Codes up to
//! 255 become that byte (the guide: "non-breaking space, decimal 160"), higher ones their UTF-8 form.

use super::Outcome;
use memchr::memchr;

/// Names that browsers accept without a semicolon.
const CLASSIC: [(&[u8], u8); 5] = [
    (b"quot", b'"'),
    (b"amp", b'&'),
    (b"lt", b'<'),
    (b"gt", b'>'),
    (b"nbsp", 160),
];

const NAMED: [(&[u8], u8); 47] = [
    (b"nonbreakingspace", 160),
    (b"newline", b'\n'),
    (b"tab", b'\t'),
    (b"lcub", b'{'),
    (b"lbrace", b'{'),
    (b"rcub", b'}'),
    (b"rbrace", b'}'),
    (b"excl", b'!'),
    (b"num", b'#'),
    (b"dollar", b'$'),
    (b"percnt", b'%'),
    (b"apos", b'\''),
    (b"lpar", b'('),
    (b"rpar", b')'),
    (b"ast", b'*'),
    (b"midast", b'*'),
    (b"plus", b'+'),
    (b"comma", b','),
    (b"period", b'.'),
    (b"sol", b'/'),
    (b"colon", b':'),
    (b"semi", b';'),
    (b"equals", b'='),
    (b"quest", b'?'),
    (b"commat", b'@'),
    (b"verbar", b'|'),
    (b"vert", b'|'),
    (b"verticalline", b'|'),
    (b"lsqb", b'['),
    (b"lbrack", b'['),
    (b"rsqb", b']'),
    (b"rbrack", b']'),
    (b"hat", b'^'),
    (b"lowbar", b'_'),
    (b"underbar", b'_'),
    (b"grave", b'`'),
    (b"diacriticalgrave", b'`'),
    (b"tilde", b'~'),
    (b"diacriticaltilde", b'~'),
    (b"minus", b'-'),
    (b"hyphen", b'-'),
    (b"dash", b'-'),
    (b"bsol", b'\\'),
    (b"quot", b'"'),
    (b"amp", b'&'),
    (b"lt", b'<'),
    (b"gt", b'>'),
];

/// The longest name, so that a run of letters is never read twice.
const LONGEST: usize = 16;

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let Some(first) = memchr(b'&', input) else {
        return Outcome::Unchanged;
    };
    out.extend_from_slice(&input[..first]);
    let mut at = first;
    while at < input.len() {
        let used = if input[at] == b'&' {
            entity(&input[at + 1..], out)
        } else {
            0
        };
        if used == 0 {
            out.push(input[at]);
            at += 1;
        } else {
            at += 1 + used;
        }
    }
    Outcome::Written
}

/// Writes the character that stands after an `&`; zero when there is none.
fn entity(rest: &[u8], out: &mut Vec<u8>) -> usize {
    match rest {
        [b'#', b'x' | b'X', digits @ ..] => numeric(digits, 16, out).map_or(0, |used| used + 2),
        [b'#', digits @ ..] => numeric(digits, 10, out).map_or(0, |used| used + 1),
        _ => named(rest, out),
    }
}

fn numeric(digits: &[u8], radix: u32, out: &mut Vec<u8>) -> Option<usize> {
    let mut used = 0;
    let mut code = 0_u32;
    for &byte in digits {
        let Some(value) = char::from(byte).to_digit(radix) else {
            break;
        };
        code = code.saturating_mul(radix).saturating_add(value);
        used += 1;
    }
    if used == 0 {
        return None;
    }
    if let Ok(byte) = u8::try_from(code) {
        out.push(byte);
    } else {
        let character = char::from_u32(code)?;
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(used + usize::from(digits.get(used) == Some(&b';')))
}

fn named(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let letters = rest
        .iter()
        .take(LONGEST)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let name = &rest[..letters];
    if rest.get(letters) == Some(&b';') {
        let all = NAMED.iter().chain(&CLASSIC);
        if let Some((_, byte)) = all
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            out.push(*byte);
            return letters + 1;
        }
    }
    for (known, byte) in CLASSIC {
        if name
            .get(..known.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(known))
        {
            out.push(byte);
            return known.len();
        }
    }
    0
}
