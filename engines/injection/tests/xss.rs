//! What is a script, and what is ordinary text or markup.

use haechi_injection::xss;
use proptest::prelude::*;

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty())
}

#[test]
fn attacks_are_found() {
    for attack in lines(include_str!("data/xss-attacks.txt")) {
        assert!(xss::detect(attack.as_bytes()).is_some(), "{attack}");
    }
}

#[test]
fn ordinary_text_and_markup_is_let_through() {
    for text in
        lines(include_str!("data/ordinary.txt")).chain(lines(include_str!("data/ordinary-markup.txt")))
    {
        assert!(xss::detect(text.as_bytes()).is_none(), "{text}");
    }
}

#[test]
fn a_form_feed_ends_an_attributes_name() {
    assert!(xss::detect(b"<img src=x onerror\x0c=alert(1)>").is_some());
    assert!(xss::detect(b"<img src=x onerror\x0b=alert(1)>").is_some());
    assert!(xss::detect(b"<scr\0ipt>alert(1)</script>").is_some());
}

#[test]
fn matched_data_name_the_tag() {
    let found = xss::detect(b"<frameset onload=alert(1)>").expect("an injection");
    assert_eq!(found.matched_data, [&b"<"[..], b"frameset"]);
}

fn html_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "<",
            ">",
            "/",
            "=",
            "'",
            "\"",
            "`",
            "<!",
            "<!--",
            "-->",
            "<%",
            "%>",
            "<?",
            "<![CDATA[",
            "]]>",
            "<!doctype",
            " ",
            "\0",
            "onerror",
            "href",
            "style",
            "&#",
            "&#x6a",
            ";",
            "javascript:",
            "-",
            "a",
            "</",
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_tokens_end(input in html_like()) {
        let _ = xss::detect(&input);
        for context in [xss::Context::Data, xss::Context::Tag, xss::Context::Value(b'\'')] {
            prop_assert!(xss::Tokens::new(&input, context).count() <= 2 * input.len() + 2);
        }
    }
}
