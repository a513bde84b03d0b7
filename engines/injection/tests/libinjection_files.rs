//! The public test files of libinjection: tokens, foldings, fingerprints and HTML tokens.
//!
//! They are read from `libinjection/tests` in the folder that `HAECHI_TESTDATA` names, by default
//! `../shared/testdata` beside the repository.

#![expect(clippy::disallowed_methods, reason = "where the tests' data is")]

use std::path::PathBuf;
use std::{env, fs};

use haechi_injection::{Sensitivity, sqli, xss};

struct Case {
    name: String,
    input: Vec<u8>,
    expected: String,
}

fn folder() -> Option<PathBuf> {
    let root = env::var_os("HAECHI_TESTDATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata"),
        PathBuf::from,
    );
    Some(root.join("libinjection/tests")).filter(|folder| folder.is_dir())
}

/// The cases whose file name begins with `prefix`; none, with a word why, when the files are absent.
fn cases(prefix: &str, at_least: usize) -> Vec<Case> {
    let Some(folder) = folder() else {
        eprintln!(
            "libinjection's test files are not there: set HAECHI_TESTDATA to the folder that has libinjection/tests"
        );
        return Vec::new();
    };
    let mut cases: Vec<Case> = fs::read_dir(folder)
        .expect("the folder is readable")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(prefix))
        })
        .map(|path| {
            let text = fs::read(&path).expect("the file is readable");
            // The files are Latin-1 in places; a character per byte loses nothing.
            let text: String = text.into_iter().map(char::from).collect();
            let (_, text) = text.split_once("--INPUT--\n").expect("a file has an input");
            let (input, expected) = text
                .split_once("--EXPECTED--")
                .expect("a file has an expectation");
            Case {
                name: path
                    .file_name()
                    .expect("files have names")
                    .to_string_lossy()
                    .into_owned(),
                input: input.trim_end().chars().map(|letter| letter as u8).collect(),
                expected: expected.trim().to_owned(),
            }
        })
        .collect();
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    assert!(
        cases.len() >= at_least,
        "only {} files begin with {prefix}",
        cases.len()
    );
    cases
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn check(cases: Vec<Case>, actual: impl Fn(&[u8]) -> String) {
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let actual = actual(&case.input);
            (actual.trim() != case.expected).then(|| {
                format!(
                    "{}: {}\nexpected:\n{}\nis:\n{actual}",
                    case.name,
                    latin(&case.input),
                    case.expected
                )
            })
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} differ\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n\n")
    );
}

fn lines(tokens: impl IntoIterator<Item = sqli::Token>) -> String {
    let lines: Vec<String> = tokens.into_iter().map(|token| latin(&token.display())).collect();
    lines.join("\n")
}

#[test]
fn tokens_are_as_expected() {
    check(cases("test-tokens-", 230), |input| {
        lines(sqli::tokens(input, false))
    });
}

#[test]
fn tokens_of_mysql_are_as_expected() {
    check(cases("test-tokens_mysql-", 0), |input| {
        lines(sqli::tokens(input, true))
    });
}

#[test]
fn foldings_are_as_expected() {
    check(cases("test-folding-", 118), |input| lines(sqli::folded(input)));
}

#[test]
fn fingerprints_are_as_expected() {
    check(cases("test-sqli-", 50), |input| {
        sqli::detect(input, Sensitivity::High)
            .map(|found| found.fingerprint.to_string())
            .unwrap_or_default()
    });
}

#[test]
fn html_tokens_are_as_expected() {
    check(cases("test-html5-", 63), |input| {
        let lines: Vec<String> = xss::Tokens::new(input, xss::Context::Data)
            .map(|token| {
                format!(
                    "{},{},{}",
                    html_name(token.kind),
                    token.text.len(),
                    latin(token.text)
                )
            })
            .collect();
        lines.join("\n")
    });
}

fn html_name(kind: xss::Kind) -> &'static str {
    match kind {
        xss::Kind::Text => "DATA_TEXT",
        xss::Kind::TagNameOpen => "TAG_NAME_OPEN",
        xss::Kind::TagNameClose => "TAG_NAME_CLOSE",
        xss::Kind::TagNameSelfClose => "TAG_NAME_SELFCLOSE",
        xss::Kind::TagClose => "TAG_CLOSE",
        xss::Kind::AttributeName => "ATTR_NAME",
        xss::Kind::AttributeValue => "ATTR_VALUE",
        xss::Kind::Comment => "TAG_COMMENT",
        xss::Kind::Doctype => "DOCTYPE",
    }
}
