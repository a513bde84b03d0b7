//! What is an SQL injection at which sensitivity, and what is ordinary text.

use haechi_injection::{Sensitivity, sqli};
use proptest::prelude::*;

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty())
}

fn is_found(input: &str, sensitivity: Sensitivity) -> bool {
    sqli::detect(input.as_bytes(), sensitivity).is_some()
}

#[test]
fn attacks_are_found_at_any_sensitivity() {
    for attack in lines(include_str!("data/sqli-attacks.txt")) {
        for sensitivity in [Sensitivity::Low, Sensitivity::High] {
            assert!(is_found(attack, sensitivity), "{sensitivity:?}: {attack}");
        }
    }
}

#[test]
fn fragments_are_found_at_high_sensitivity() {
    for fragment in lines(include_str!("data/sqli-fragments.txt")) {
        assert!(is_found(fragment, Sensitivity::High), "{fragment}");
    }
}

#[test]
fn ordinary_text_is_let_through_at_any_sensitivity() {
    for text in lines(include_str!("data/ordinary.txt")) {
        for sensitivity in [Sensitivity::Low, Sensitivity::High] {
            assert!(!is_found(text, sensitivity), "{sensitivity:?}: {text}");
        }
    }
}

#[test]
fn text_that_reads_like_a_fragment_is_let_through_at_low_sensitivity() {
    for text in lines(include_str!("data/ordinary-low.txt")) {
        assert!(!is_found(text, Sensitivity::Low), "{text}");
    }
}

#[test]
fn matched_data_are_the_folded_tokens() {
    let found = sqli::detect(b"10 AND 1=1", Sensitivity::High).expect("an injection");
    assert_eq!(found.fingerprint.as_bytes(), b"1&1");
    assert_eq!(found.matched_data, [&b"10"[..], b"AND", b"1"]);
}

#[test]
fn an_evil_comment_is_a_fingerprint_of_its_own() {
    let found = sqli::detect(b"1 /*!50000UNION*/ SELECT 1", Sensitivity::Low).expect("an injection");
    assert_eq!(found.fingerprint.as_bytes(), b"X");
}

/// Bytes from what SQL is made of: plain random bytes hardly ever make a token.
fn sql_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "'",
            "\"",
            "`",
            "\\",
            "/*",
            "*/",
            "--",
            "#",
            "$$",
            "$a$",
            "@",
            "@@",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            ";",
            ",",
            ".",
            "0x",
            "1e",
            "b'",
            "x'",
            "q'[",
            "nq'",
            "u&'",
            "union",
            "select",
            " ",
            "\0",
            "\u{a0}",
            "in",
            "not",
            "like",
            "::",
            "sp_password",
            "user",
            "if",
            "collate",
            "<=>",
            "\\N",
            "1f",
            "/*!",
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_high_reports_what_low_reports(input in sql_like()) {
        let low = sqli::detect(&input, Sensitivity::Low);
        let high = sqli::detect(&input, Sensitivity::High);
        prop_assert!(low.is_none() || high.is_some());
        for mysql in [false, true] {
            prop_assert!(sqli::tokens(&input, mysql).count() <= input.len());
        }
        prop_assert!(sqli::folded(&input).len() <= 5);
    }

    #[test]
    fn random_bytes_do_not_panic(input in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = sqli::detect(&input, Sensitivity::High);
    }

    /// `detect` answers such values without reading them; the fingerprints agree.
    #[test]
    fn letters_and_digits_alone_are_never_listed(input in "[0-9a-zA-Z_]{0,24}") {
        let folded = sqli::folded(input.as_bytes());
        prop_assert!(folded.len() <= 4);
        prop_assert!(!folded.iter().any(|token| matches!(token.kind(), sqli::Kind::Comment | sqli::Kind::Operator | sqli::Kind::Evil)
            && !token.text().iter().all(u8::is_ascii_alphabetic)));
    }
}
