//! From a folded reading to a verdict: is its fingerprint listed, and is it not one of the listed ones that
//! ordinary text has too?

use memchr::memmem;

use super::fingerprints::Fingerprint;
use super::fold::{self, Folded};
use super::token::{Kind, Token};
use super::tokenizer::{Reading, Tokenizer};

/// One reading of the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub(super) reading: Reading,
    pub(super) fingerprint: Fingerprint,
    pub(super) folded: Folded,
    pub(super) attack: bool,
}

/// Reads the input in one way.
pub(super) fn read(input: &[u8], reading: Reading) -> Read {
    let mut folded = fold::fold(Tokenizer::new(input, reading));
    // PHP's old MySQL client took an unclosed, empty backtick at the end for a comment.
    if folded.tokens().len() > 2
        && let Some(last) = folded.last_mut()
        && last.kind == Kind::Bareword
        && (last.open, last.close, last.len) == (b'`', 0, 0)
    {
        last.kind = Kind::Comment;
    }
    let evil = folded.tokens().iter().any(|token| token.kind == Kind::Evil);
    let fingerprint = if evil {
        Fingerprint::new([Kind::Evil.letter()])
    } else {
        Fingerprint::new(folded.tokens().iter().map(|token| token.kind.letter()))
    };
    let attack = fingerprint.is_listed() && (evil || !is_harmless(input, &folded));
    Read {
        reading,
        fingerprint,
        folded,
        attack,
    }
}

/// Listed fingerprints of two and three tokens are common in ordinary text; a closer look tells.
fn is_harmless(input: &[u8], folded: &Folded) -> bool {
    let tokens = folded.tokens();
    // SQL Server's audit log leaves out what mentions sp_password, so attackers append it in a comment.
    if tokens.len() > 1
        && tokens.last().is_some_and(|last| last.kind == Kind::Comment)
        && memmem::find(input, b"sp_password").is_some()
    {
        return false;
    }
    match tokens {
        [first, second] => is_harmless_pair(input, first, second, folded.met.tokens),
        [first, second, third] => is_harmless_triple([first, second, third], folded.met.tokens),
        _ => false,
    }
}

fn is_harmless_pair(input: &[u8], first: &Token, second: &Token, tokens: usize) -> bool {
    if second.kind == Kind::Union {
        // "1 union" is text unless something was folded or commented away.
        return tokens == 2;
    }
    match (first.kind, second.first()) {
        (_, b'#') => true,
        (Kind::Bareword, opener) if second.kind == Kind::Comment => opener != b'/',
        (Kind::Number, b'/') if second.kind == Kind::Comment => false,
        (Kind::Number, _) if second.kind == Kind::Comment => {
            // `1234--` is an attack, `1234-ABCDEFfhwuefi--` some identifier.
            if tokens > 2 {
                return false;
            }
            let after = input.get(usize::from(first.len)..).unwrap_or_default();
            let suspect = after.first().is_none_or(|byte| *byte <= 32 || *byte >= 128)
                || after.starts_with(b"/*")
                || after.starts_with(b"--");
            !suspect
        }
        // Many people write `--` in plain text; an attack ends with it.
        (_, b'-') => second.len > 2,
        _ => false,
    }
}

fn is_harmless_triple([first, second, third]: [&Token; 3], tokens: usize) -> bool {
    match (first.kind, second.kind, third.kind) {
        // An attack that goes on in a string on both sides: `…foo' + 'bar…`.
        (Kind::String, Kind::Operator | Kind::LogicOperator, Kind::String) => {
            !(first.open == 0 && third.close == 0 && first.close == third.open)
        }
        // "sexy and 17" is text, "sexy and 17 < 18" is not.
        (Kind::String, Kind::LogicOperator, Kind::Bareword)
        | (Kind::Bareword, Kind::LogicOperator, Kind::Number)
        | (Kind::Number, Kind::LogicOperator, Kind::Number | Kind::Variable | Kind::String) => tokens == 3,
        // Of the keywords, only INTO OUTFILE and INTO DUMPFILE.
        (_, Kind::Keyword, _) => {
            second.len < 5
                || !second
                    .text()
                    .get(..4)
                    .is_some_and(|word| word.eq_ignore_ascii_case(b"INTO"))
        }
        _ => false,
    }
}
