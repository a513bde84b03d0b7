//! Patterns of the models: Java's regular expressions, run by Rust's.

use regex::{Regex, RegexBuilder};

use crate::schema::Pattern;

/// Compiled patterns with large repetitions of Unicode classes are big.
const SIZE_LIMIT: usize = 64 << 20;

/// Whether `text` as a whole matches. A pattern that Rust's engine can't run (look-around) holds for
/// every text; the service that owns the member checks those by hand.
pub(super) fn matches(pattern: &Pattern, text: &str) -> bool {
    pattern
        .compiled
        .get_or_init(|| compile(pattern.source))
        .as_ref()
        .is_none_or(|regex| regex.is_match(text))
}

impl Pattern {
    /// Whether Rust's engine can run the pattern.
    pub fn is_supported(&self) -> bool {
        compile(self.source).is_some()
    }
}

fn compile(source: &str) -> Option<Regex> {
    RegexBuilder::new(&format!(r"\A(?:{})\z", translate(source)))
        .size_limit(SIZE_LIMIT)
        .build()
        .ok()
}

/// Java's `\w`, `\d` and `\s` are ASCII, Rust's are Unicode; and Java joins the two halves of a
/// surrogate pair into one letter.
fn translate(source: &str) -> String {
    let mut translated = String::with_capacity(source.len() + 16);
    let mut in_class = false;
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        if let Some((pair, after)) = surrogate_pair(rest) {
            translated.push(pair);
            rest = after;
            continue;
        }
        let mut taken = letter.len_utf8();
        if letter == '\\' {
            let escaped = rest[1..].chars().next();
            taken += escaped.map_or(0, char::len_utf8);
            match (ascii_class(escaped), in_class) {
                (None, _) => translated.push_str(&rest[..taken]),
                (Some(ascii), true) => translated.push_str(ascii),
                (Some(ascii), false) => translated.extend(["[", ascii, "]"]),
            }
        } else {
            in_class = letter == '[' || (in_class && letter != ']');
            translated.push(letter);
        }
        rest = &rest[taken..];
    }
    translated
}

/// What Java means by an escaped letter that stands for a class.
fn ascii_class(escaped: Option<char>) -> Option<&'static str> {
    Some(match escaped? {
        'w' => "0-9A-Za-z_",
        'd' => "0-9",
        's' => r" \t\n\x0B\f\r",
        _ => return None,
    })
}

/// `\uD800\uDC00` at the start of the text, as one letter, and what comes after.
fn surrogate_pair(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let high = unit(text)?;
    let low = unit(text.get(6..)?)?;
    let letter = char::decode_utf16([high, low]).next()?.ok()?;
    // Two letters of the basic plane decode one by one: only a pair takes both units.
    (letter as u32 >= 0x1_0000).then(|| (letter, &text[12..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(source: &'static str, text: &str) -> bool {
        matches(&Pattern::new(source), text)
    }

    #[test]
    fn the_whole_text_must_match() {
        assert!(accepts("[a-z]+", "abc"));
        assert!(!accepts("[a-z]+", "abc1"));
        assert!(!accepts("a|b", "ab"));
        assert!(!accepts("^[a-z]+$", "abc\n"));
    }

    #[test]
    fn word_characters_are_ascii() {
        assert!(accepts(r"[\w+=,.@-]+", "user.name@x"));
        assert!(!accepts(r"[\w+=,.@-]+", "ü"));
        assert!(!accepts(r"\d{1}", "٣"));
        assert!(accepts(r"\s\w", " a"));
    }

    #[test]
    fn surrogate_pairs_are_one_letter() {
        let source = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*";
        assert!(accepts(source, "a😀"));
        assert!(!accepts(source, "\u{1}"));
    }
}
