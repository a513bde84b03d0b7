//! Markers of attacks that high sensitivity reports whatever stands around them.
//!
//! A fingerprint has five tokens, so an attack can hide behind what a database would not even accept, and a
//! fragment of an attack (the rest is in the application's own statement) has no listed fingerprint. These are
//! sequences of tokens that hardly anything else has.

use memchr::memchr;

use super::fingerprints::Fingerprint;
use super::token::{Kind, Token};
use super::tokenizer::{Reading, Tokenizer};
use super::{LogicIn, SqliMatch, contexts, weak};

/// How many tokens of a reading are looked at.
const MAX_TOKENS_READ: usize = 2000;

/// Functions that no honest value calls.
const HOSTILE_FUNCTIONS: [&[u8]; 26] = [
    b"BENCHMARK",
    b"SLEEP",
    b"PG_SLEEP",
    b"PG_SLEEP_FOR",
    b"PG_SLEEP_UNTIL",
    b"DBMS_LOCK.SLEEP",
    b"USER_LOCK.SLEEP",
    b"DBMS_SESSION.SLEEP",
    b"DBMS_PIPE.RECEIVE_MESSAGE",
    b"EXTRACTVALUE",
    b"UPDATEXML",
    b"LOAD_FILE",
    b"LOAD_EXTENSION",
    b"PG_READ_FILE",
    b"PG_LS_DIR",
    b"LO_IMPORT",
    b"LO_EXPORT",
    b"UTL_INADDR.GET_HOST_ADDRESS",
    b"UTL_INADDR.GET_HOST_NAME",
    b"UTL_HTTP.REQUEST",
    b"CTXSYS.DRITHSX.SN",
    b"SYS_EVAL",
    b"SYS_EXEC",
    b"RANDOMBLOB",
    b"GTID_SUBSET",
    b"JSON_EXTRACT",
];

/// Tables that list tables, by the beginning of their names.
const CATALOGUES: [&[u8]; 12] = [
    b"INFORMATION_SCHEMA.",
    b"SQLITE_MASTER",
    b"SQLITE_SCHEMA",
    b"PG_CATALOG.",
    b"PG_TABLES",
    b"PG_SHADOW",
    b"SYSOBJECTS",
    b"SYSCOLUMNS",
    b"SYS.TABLES",
    b"MYSQL.USER",
    b"MSYSACCESSOBJECTS",
    b"ALL_TAB_COLUMNS",
];

/// Words that begin a statement when a semicolon stands before them.
const STACKED: [&[u8]; 14] = [
    b"SELECT",
    b"INSERT",
    b"UPDATE",
    b"DELETE",
    b"DROP",
    b"ALTER",
    b"CREATE",
    b"TRUNCATE",
    b"EXEC",
    b"EXECUTE",
    b"DECLARE",
    b"SHUTDOWN",
    b"WAITFOR",
    b"COPY",
];

/// The last four tokens that are no comments, the newest last.
type Window = [Token; 4];

/// Looks for a marker in every reading of the input.
pub(super) fn find(input: &[u8]) -> Option<SqliMatch> {
    contexts(input).find_map(|quote| {
        let reading = Reading {
            quote,
            mysql: quote != 0,
            loose: false,
        };
        find_where(input, reading, is_marker).or_else(|| cut_off(input, reading))
    })
}

/// Looks for a comparison that is always true or false, after a logic operator: `or 1=1`.
pub(super) fn find_tautology(input: &[u8], logic: LogicIn) -> Option<SqliMatch> {
    // Cheap to rule out: there must be a comparison, and AND, OR, XOR, && or ||.
    memchr(b'=', input)?;
    contexts(input)
        .filter(|quote| logic.has(*quote))
        .find_map(|quote| {
            let reading = Reading {
                quote,
                mysql: quote == b'"',
                loose: false,
            };
            // "Is it true that 1 = 1 and 2 = 2?" closes no string; but a text around it may have apostrophes.
            find_where(input, reading, |window| {
                is_tautology(window) && window[2].text() == b"="
            })
            .filter(|_| !weak::is_question(input) && (quote != 0 || !weak::is_prose(input, reading)))
        })
}

/// Is a function called that no honest value calls?
pub(super) fn has_hostile_call(input: &[u8], reading: Reading) -> bool {
    find_where(input, reading, is_hostile_call).is_some()
}

fn find_where(input: &[u8], reading: Reading, wanted: impl Fn(&Window) -> bool) -> Option<SqliMatch> {
    let mut tokenizer = Tokenizer::new(input, reading);
    let mut window = [Token::EMPTY; 4];
    for _ in 0..MAX_TOKENS_READ {
        let token = tokenizer.next()?;
        if token.kind == Kind::Comment {
            continue;
        }
        window.rotate_left(1);
        window[3] = token;
        if wanted(&window) {
            return Some(found(&window));
        }
    }
    None
}

fn found(tokens: &[Token]) -> SqliMatch {
    let tokens = tokens.iter().filter(|token| token.kind != Kind::None);
    SqliMatch {
        fingerprint: Fingerprint::new(tokens.clone().map(|token| token.kind.letter())),
        matched_data: tokens.map(|token| token.text().to_vec()).collect(),
    }
}

/// `admin' #`, `admin'-- `: the string is closed and the rest of the application's statement cut off.
fn cut_off(input: &[u8], reading: Reading) -> Option<SqliMatch> {
    let mut tokenizer = Tokenizer::new(input, reading);
    let (first, second) = (tokenizer.next()?, tokenizer.next()?);
    let bare =
        second.kind == Kind::Comment && matches!(second.text().trim_ascii(), b"#" | b"--" | b"-- -" | b"--+");
    (reading.quote != 0 && first.close == reading.quote && bare && tokenizer.next().is_none())
        .then(|| found(&[first, second]))
}

fn is_hostile_call([.., third, fourth]: &Window) -> bool {
    fourth.kind == Kind::LeftParenthesis && HOSTILE_FUNCTIONS.iter().any(|word| third.is_word(word))
}

fn is_marker(window: &Window) -> bool {
    let [_, second, third, fourth] = window;
    let listed = |token: &Token, words: &[&[u8]]| words.iter().any(|word| token.is_word(word));
    // UNION [ALL] [(] SELECT
    let union_select =
        fourth.is_word(b"SELECT") && [second, third].iter().any(|token| token.kind == Kind::Union);
    // information_schema.tables
    let catalogue = matches!(fourth.kind, Kind::Bareword | Kind::Keyword)
        && CATALOGUES.iter().any(|name| {
            fourth
                .text()
                .get(..name.len())
                .is_some_and(|text| text.eq_ignore_ascii_case(name))
        });
    // ; DROP TABLE
    let stacked = (second.kind == Kind::Semicolon
        && listed(third, &STACKED)
        && matches!(
            fourth.kind,
            Kind::Keyword | Kind::Bareword | Kind::Variable | Kind::Function | Kind::SqlType
        ))
        || (third.kind == Kind::Semicolon && fourth.is_word(b"SHUTDOWN"));
    // WAITFOR DELAY '0:0:5'
    let wait = third.is_word(b"WAITFOR") && (fourth.is_word(b"DELAY") || fourth.is_word(b"TIME"));
    // INTO OUTFILE
    let file = third.is_word(b"INTO") && (fourth.is_word(b"OUTFILE") || fourth.is_word(b"DUMPFILE"));
    // DECLARE @x
    let declaration = third.is_word(b"DECLARE") && fourth.kind == Kind::Variable;
    let statement = union_select || catalogue || stacked || wait || file || declaration;
    statement || is_hostile_call(window) || is_tautology(window)
}

/// `or 1=1`, `and 'a'='a`, `|| 2 > 1`: two literals compared after a logic operator.
fn is_tautology([first, second, third, fourth]: &Window) -> bool {
    let literal = |token: &Token| matches!(token.kind, Kind::Number | Kind::String);
    first.kind == Kind::LogicOperator
        && literal(second)
        && third.kind == Kind::Operator
        && matches!(
            third.text(),
            b"=" | b"<" | b">" | b"<=" | b">=" | b"<>" | b"!=" | b"<=>"
        )
        && literal(fourth)
        && second.kind == fourth.kind
}
