//! What low sensitivity lets through: listed fingerprints of readings that no database would accept, or that
//! program text and prose share.

use memchr::{memchr_iter, memmem};

use super::token::{Kind, Token};
use super::tokenizer::{Reading, Tokenizer};
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
        || is_placeholder(tokens)
        || is_statement_word_of_prose(tokens)
        || is_remark_in_brackets(input, tokens)
        || is_address(input, tokens)
        || (is_comparison(tokens) && is_question(input))
        || ((is_ordinary_call(tokens, read) || is_prose(input, read.reading))
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

/// `…'%(name)s'…`: a place that a program fills in.
fn is_placeholder(tokens: &[Token]) -> bool {
    matches!(tokens, [text, percent, open, name, close]
        if text.kind == Kind::String
            && percent.text() == b"%"
            && open.kind == Kind::LeftParenthesis
            && name.kind == Kind::Bareword
            && close.kind == Kind::RightParenthesis)
}

/// Words of Transact-SQL that sentences have too, and that alone take nothing out of a database.
const STATEMENT_WORDS_OF_PROSE: [&[u8]; 4] = [b"USE", b"GO", b"CALL", b"GOTO"];

/// `cannot use register`, `Debian Go Packaging`, `deprecated; use x instead`: such a word between words.
fn is_statement_word_of_prose(tokens: &[Token]) -> bool {
    let word = |token: &Token| token.kind == Kind::Bareword && token.open == 0;
    let (Some(first), Some(at)) = (
        tokens.first(),
        tokens.iter().position(|token| token.kind == Kind::Tsql),
    ) else {
        return false;
    };
    let apart = tokens[1..at.max(1)]
        .iter()
        .all(|token| token.kind == Kind::Semicolon);
    word(first)
        && apart
        && STATEMENT_WORDS_OF_PROSE
            .iter()
            .any(|name| tokens[at].is_word(name))
        && tokens
            .get(at + 1)
            .is_some_and(|next| word(next) || next.kind == Kind::Function)
}

/// `The char (8) column`, `benchmark (2023) review`: a remark in brackets, set off by a space, between words.
fn is_remark_in_brackets(input: &[u8], tokens: &[Token]) -> bool {
    let word = |token: &Token| token.kind == Kind::Bareword && token.open == 0;
    let name = match tokens {
        [before, name, open, ..] if word(before) && open.kind == Kind::LeftParenthesis => name,
        [name, open, _, close, after]
            if open.kind == Kind::LeftParenthesis && close.kind == Kind::RightParenthesis && word(after) =>
        {
            name
        }
        _ => return false,
    };
    let mut set_off = name.text().to_vec();
    set_off.extend_from_slice(b" (");
    name.kind == Kind::Function && memmem::find(input, &set_off).is_some()
}

/// `john or@example.com`: a mail address whose plus sign was read as a space.
fn is_address(input: &[u8], tokens: &[Token]) -> bool {
    let mut ends = input.rsplitn(2, |byte| *byte == b'@');
    let domain = ends.next().unwrap_or_default();
    let before = ends.next().unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    matches!(tokens, [first, logic, ..]
        if first.kind == Kind::Bareword && first.open == 0 && logic.kind == Kind::LogicOperator)
        && domain.contains(&b'.')
        && domain.iter().all(plain)
        && memchr_iter(b' ', before).count() == 1
        && before.iter().all(|byte| plain(byte) || *byte == b' ')
}

/// `Is 1 = 1 and 2 = 2? Yes`: no statement has a question mark right behind a number.
pub(super) fn is_question(input: &[u8]) -> bool {
    input.windows(2).enumerate().any(|(at, pair)| {
        pair[0].is_ascii_digit() && pair[1] == b'?' && input.get(at + 2).is_none_or(u8::is_ascii_whitespace)
    })
}

/// Numbers and words compared, without a string, bracket or comment.
fn is_comparison(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| {
        matches!(
            token.kind,
            Kind::Number | Kind::LogicOperator | Kind::Operator | Kind::Bareword
        )
    })
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
pub(super) fn is_prose(input: &[u8], reading: Reading) -> bool {
    let mut tokenizer = Tokenizer::new(input, reading);
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
