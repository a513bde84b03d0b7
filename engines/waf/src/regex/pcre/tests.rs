//! What patterns mean to libpcre: its manual page `pcrepattern`.

use super::super::Regex;
use super::translate;

#[test]
fn patterns_mean_what_libpcre_says() {
    for (pattern, haystack, expected) in [
        // "Backslash": before what is no letter and no digit it takes away the special meaning.
        (r"\<script\>", "<script>", true),
        (r"\<script\>", "script", false),
        (r"a\_b\ c\/d\%", "a_b c/d%", true),
        // "Non-printing characters".
        (r"\e\x5\x{41}\cA", "\u{1b}\u{5}A\u{1}", true),
        (r"\101\060\0", "A0\0", true),
        // "Generic character types".
        (r"a\hb", "a\tb", true),
        (r"a\hb", "a\nb", false),
        (r"a\vb", "a\rb", true),
        (r"a\Nb", "a\nb", false),
        // "Simple assertions".
        (r"a\Z", "a\n", true),
        (r"a\z", "a\n", false),
        // "Square brackets and character classes".
        ("^[]a]+$", "]a", true),
        ("^[^]a]$", "]", false),
        (r"^[()[\]{}]+$", "([{}])", true),
        ("^[[]$", "[", true),
        (r"^[\w-.]+$", "a-b.c", true),
        (r"^[a-z-9]+$", "b-9", true),
        (r"^[a-z-9]+$", "5", false),
        ("^[a&&b]+$", "a&b", true),
        ("^[a~~b-]+$", "~a-b", true),
        ("^[+--]+$", "+,-", true),
        (r"^[\b\101-\103\d]+$", "\u{8}AC7", true),
        ("^[[:alpha:]_[]+$", "a_[", true),
        (r"^[\Q]^\E]+$", "]^", true),
        // "Repetition": a brace that is no quantifier is a literal.
        (r"\${jndi:", "${jndi:", true),
        ("^{{7*}}$", "{{777}}", true),
        ("^a{,3}$", "a{,3}", true),
        ("^a{2,}b{1}c{1,2}$", "aaabcc", true),
        ("^a+?b??c*?$", "aac", true),
        // "Backslash", quoting, and "Comments".
        (r"^\Qa.b(\E+$", "a.b((", true),
        ("^a(?# nothing )b$", "ab", true),
        ("(?:a)(?i:B)", "ab", true),
    ] {
        let regex = Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        assert_eq!(regex.is_match(haystack.as_bytes()), expected, "{pattern}");
    }
}

/// The guide, page "Supported regular expression syntax", second list.
#[test]
fn what_the_guide_excludes_is_refused() {
    for pattern in [
        r"(a)\1",
        r"(?P=x)",
        "(?1)",
        "(?R)",
        "(?(1)a)",
        "(*ACCEPT)",
        r"\Ca",
        r"a\Rb",
        r"a\Kb",
        "(?C1)",
        "(?>a)",
        "a++",
        "a*+",
        "a?+",
        "a{2}+",
        "(?=a)",
        "(?<!a)",
        "[a",
        "a)",
        "*a",
    ] {
        assert!(Regex::new(pattern).is_err(), "{pattern}");
    }
}

#[test]
fn what_means_the_same_stays_as_it_is() {
    for pattern in [
        r"(?i)union\s+select",
        r"^/a(?:b|c)*\.php$",
        r"[^\s/]{1,20}",
        r"\bx\d{3}\x2f",
    ] {
        assert!(
            matches!(translate(pattern), Ok(std::borrow::Cow::Borrowed(_))),
            "{pattern}"
        );
    }
}
