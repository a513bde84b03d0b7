//! What low sensitivity lets through: listed fingerprints of readings that no database would accept, or that
//! program text and prose share.

use memchr::memchr_iter;

use super::token::{Kind, Token};
use super::tokenizer::Tokenizer;
use super::verdict::Read;
use super::{markers, words};

/// A statement has two words without a meaning side by side only where one is an alias; prose all the time.
const WORD_PAIRS_OF_PROSE: usize = 2;

/// How far prose is looked for.
const MAX_TOKENS_READ: usize = 200;

/// Is the reading, though listed, more likely text than an attack?
pub(super) fn is_weak(input: &[u8], read: &Read) -> bool {
    let tokens = read.folded.tokens();
    is_quoted_prose(tokens)
        || ((is_ordinary_call(tokens, read) || is_prose(input, read))
            && !markers::has_hostile_call(input, read.reading))
}

/// `…fast-forward" and "do not…`, `the "order by" clause`: text with quoted parts. Attacks of this shape have no
/// prose around, and no space before the quote that ends the application's string.
fn is_quoted_prose(tokens: &[Token]) -> bool {
    let spaced = |token: &Token| memchr_iter(b' ', token.text()).nth(1).is_some();
    match tokens {
        [first, middle, last] if first.kind == Kind::String && last.kind == Kind::String => {
            let set_off = first.text().ends_with(b" ") && last.text().starts_with(b" ");
            matches!(middle.kind, Kind::Operator | Kind::LogicOperator | Kind::Group)
                && (spaced(first) || spaced(last) || set_off)
        }
        _ => false,
    }
}

/// Functions that say something about the database or take its data apart: `concat(user(), 1)` as a value is
/// an attack, `if (a)` and `left (b)` are program text and prose.
const DATABASE_FUNCTIONS: [&[u8]; 10] = [
    b"GROUP_CONCAT",
    b"CONCAT_WS",
    b"CONCAT",
    b"CHAR",
    b"CHR",
    b"ASCII",
    b"SUBSTR",
    b"SUBSTRING",
    b"VERSION",
    b"DATABASE",
];

/// A call as the value's beginning, of a function that is also a word of English or of programs.
fn is_ordinary_call(tokens: &[Token], read: &Read) -> bool {
    let [first, second, rest @ ..] = tokens else {
        return false;
    };
    read.reading.quote == 0
        && first.kind == Kind::Function
        && second.kind == Kind::LeftParenthesis
        && !rest
            .iter()
            .any(|token| matches!(token.kind, Kind::Union | Kind::Comment | Kind::Semicolon))
        && !DATABASE_FUNCTIONS.iter().any(|name| first.is_word(name))
}

/// Words without a meaning follow each other more often than an alias explains.
fn is_prose(input: &[u8], read: &Read) -> bool {
    let mut tokenizer = Tokenizer::new(input, read.reading);
    let mut pairs = 0;
    let mut after_word = false;
    for _ in 0..MAX_TOKENS_READ {
        let Some(token) = tokenizer.next() else { break };
        // The list also has bare words: those that begin a phrase, such as GROUP BY.
        let word = token.kind == Kind::Bareword
            && token.open == 0
            && token.len > 1
            && words::kind_of(&token).is_none();
        pairs += usize::from(word && after_word);
        after_word = word;
        if pairs >= WORD_PAIRS_OF_PROSE {
            return true;
        }
    }
    false
}
