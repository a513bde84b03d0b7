//! The public test vectors of ModSecurity's transformations, where AWS names the same function, and rows from
//! AWS's developer guide (page "Using text transformations in AWS WAF") for the rest.

use super::{Outcome, apply};
use crate::model::TextTransformationType as Type;
use std::path::PathBuf;

fn run(kind: Type, input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match apply(kind, input, &mut out) {
        Outcome::Unchanged => input.to_vec(),
        Outcome::Part { start, end } => input[start..end].to_vec(),
        Outcome::Written => out,
    }
}

const FILES: [(&str, Type); 25] = [
    ("base64Decode", Type::Base64Decode),
    ("base64DecodeExt", Type::Base64DecodeExt),
    ("cmdLine", Type::CmdLine),
    ("compressWhitespace", Type::CompressWhiteSpace),
    ("cssDecode", Type::CssDecode),
    ("escapeSeqDecode", Type::EscapeSeqDecode),
    ("hexDecode", Type::HexDecode),
    ("htmlEntityDecode", Type::HtmlEntityDecode),
    ("jsDecode", Type::JsDecode),
    ("lowercase", Type::Lowercase),
    ("md5", Type::Md5),
    ("normalisePath", Type::NormalizePath),
    ("normalisePathWin", Type::NormalizePathWin),
    ("removeCommentsChar", Type::RemoveCommentsChar),
    ("removeNulls", Type::RemoveNulls),
    ("removeWhitespace", Type::RemoveWhitespace),
    ("replaceComments", Type::ReplaceComments),
    ("replaceNulls", Type::ReplaceNulls),
    ("sqlHexDecode", Type::SqlHexDecode),
    ("trim", Type::Trim),
    ("trimLeft", Type::TrimLeft),
    ("trimRight", Type::TrimRight),
    ("uppercase", Type::Uppercase),
    ("urlDecode", Type::UrlDecode),
    ("urlDecodeUni", Type::UrlDecodeUni),
];

/// Inputs whose answer differs on purpose, with the reason.
const DIFFERENCES: [(&str, &str, &str); 10] = [
    (
        "cssDecode",
        "test\\a\\b\\f",
        "the guide uses at most two bytes of an escape, Coraza the code point",
    ),
    (
        "cssDecode",
        "\\1A\\1 A\\1234567",
        "the guide uses at most two bytes of an escape, Coraza the code point",
    ),
    (
        "hexDecode",
        "01234567890z",
        "valid pairs before the bad one are kept, Coraza drops all",
    ),
    (
        "hexDecode",
        "54657374004",
        "valid pairs before the odd digit are kept, Coraza drops all",
    ),
    (
        "urlDecodeUni",
        "+%u0000",
        "the guide keeps the low byte, Coraza maps to a code page",
    ),
    (
        "escapeSeqDecode",
        "\\\\u0000",
        "invalid escapes remain, as the guide says",
    ),
    (
        "urlDecodeUni",
        "%u201cAnd",
        "the guide keeps the low byte, Coraza maps to a code page",
    ),
    (
        "urlDecodeUni",
        "%u201dQuoted",
        "the guide keeps the low byte, Coraza maps to a code page",
    ),
    (
        "urlDecodeUni",
        "%u0041%u00e9",
        "the guide keeps the low byte, Coraza maps to a code page",
    ),
    (
        "escapeSeqDecode",
        "\\8\\9",
        "invalid escapes remain, as the guide says",
    ),
];

/// The vectors' own quoting (Go's): `None` where the file's text is not a Go string, which makes the case void.
fn unquote(text: &str) -> Option<Vec<u8>> {
    let text = text.replace("\\u0000", "\0");
    if !text.contains("\\x") {
        return Some(text.into_bytes());
    }
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'"' || byte == b'\n' {
            return None;
        }
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&letter, tail) = rest.split_first()?;
        rest = tail;
        out.push(match letter {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'v' => 11,
            b'\\' => b'\\',
            b'"' => b'"',
            b'x' => {
                let byte = super::hex_pair(rest)?;
                rest = &rest[2..];
                byte
            }
            _ => return None,
        });
    }
    Some(out)
}

#[expect(clippy::disallowed_methods, reason = "where the tests' data is")]
fn test_data() -> PathBuf {
    std::env::var_os("HAECHI_TESTDATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata"),
        PathBuf::from,
    )
}

#[test]
fn public_vectors_hold_where_the_families_match() {
    let folder = test_data().join("transformations/internal/transformations/testdata");
    if !folder.is_dir() {
        println!("SKIPPED: no vectors at {}; set HAECHI_TESTDATA", folder.display());
        return;
    }
    let (mut held, mut void) = (0, 0);
    let mut wrong = Vec::new();
    for (file, kind) in FILES {
        let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).expect("the vector file");
        let cases: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for case in cases.as_array().expect("an array") {
            let input = case["input"].as_str().expect("an input");
            if DIFFERENCES
                .iter()
                .any(|(of, head, _)| *of == file && input.starts_with(head))
            {
                continue;
            }
            let (Some(bytes), Some(expected)) = (
                unquote(input),
                unquote(case["output"].as_str().expect("an output")),
            ) else {
                void += 1;
                continue;
            };
            let got = run(kind, &bytes);
            if got == expected {
                held += 1;
            } else {
                wrong.push(format!(
                    "{file} {:?}: {:?} instead of {:?}",
                    String::from_utf8_lossy(&bytes),
                    String::from_utf8_lossy(&got),
                    String::from_utf8_lossy(&expected)
                ));
            }
        }
    }
    println!("{held} vectors hold, {void} are void in their own harness");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 200, "only {held} vectors were read");
}

#[test]
fn transformations_do_what_the_developer_guide_says() {
    let rows: &[(Type, &[u8], &[u8])] = &[
        (Type::None, b"a b", b"a b"),
        (Type::CompressWhiteSpace, b"a\x0c\t\n\r\x0b\xa0b", b"a b"),
        (Type::CmdLine, b"c\\\"'^md  , /c (x);y", b"cmd/c(x) y"),
        (Type::CmdLineUnix, b"  Li\"D \t", b"lid"),
        (
            Type::CmdLineUnix,
            b"/b\\in/c'a't  /etc/passwd",
            b"/bin/cat /etc/passwd",
        ),
        (
            Type::CmdLineWin,
            b"C:\\\\Windows\\\\System32\\w^ho\"ami",
            b"c:\\windows\\system32\\whoami",
        ),
        (Type::CmdLineWin, b"d^\r\nir", b"dir"),
        (Type::CssDecode, b"ja\\vascript", b"javascript"),
        (Type::CssDecode, b"\\ff01\\0ff41 x", b"!ax"),
        (Type::CssDecode, b"\\61\\000062 c", b"abc"),
        (
            Type::EscapeSeqDecode,
            b"\\a\\n\\x41\\101\\q\\\\",
            b"\x07\nAA\\q\\",
        ),
        (Type::HexDecode, b"414243zz44", b"ABC"),
        (
            Type::HtmlEntityDecode,
            b"&#x3c;script&#62;&QuOt;&LPAR;1&rpar;&nbsp&bogus;&amp",
            b"<script>\"(1)\xa0&bogus;&",
        ),
        (
            Type::HtmlEntityDecode,
            b"&#xAC00;&#99999999999;",
            "가&#99999999999;".as_bytes(),
        ),
        (
            Type::JsDecode,
            b"\\u0061\\uff1cscript\\x3e\\n\\q",
            b"a<script>\nq",
        ),
        (
            Type::JsDecodeExt,
            b"C:\\new\\\\x \\u003cb\\x3e\\/",
            b"C:\\new\\x <b>/",
        ),
        (Type::NormalizePath, b"/a/./b/../../c//d", b"/c/d"),
        (Type::NormalizePathWin, b"\\a\\..\\b", b"/b"),
        (Type::RemoveCommentsChar, b"a/*b*/c--d#e", b"abcde"),
        (Type::ReplaceComments, b"a/*b*/c/*d", b"a c "),
        (Type::SqlHexDecode, b"(0x414243)", b"(ABC)"),
        (Type::SqlHexDecode, b"select 0X4142 and 0x4", b"select AB and 0x4"),
        (Type::UrlDecodeUni, b"%uff1cscript%u003E%41+%zz", b"<script>A %zz"),
        (Type::Utf8ToUnicode, "a가\u{1f600}".as_bytes(), b"a%uac00%u1f600"),
        (Type::Base64DecodeExt, b"Q!U-J!D", b"ABC"),
        (Type::Trim, b"  ", b""),
    ];
    for (kind, input, expected) in rows {
        let got = run(*kind, input);
        assert_eq!(
            got,
            *expected,
            "{kind:?} of {:?}: {:?}",
            String::from_utf8_lossy(input),
            String::from_utf8_lossy(&got)
        );
    }
}

#[test]
fn sha256_is_in_raw_binary_form() {
    let digest = run(Type::Sha256, b"abc");
    assert_eq!((digest.len(), &digest[..4]), (32, &[0xba, 0x78, 0x16, 0xbf][..]));
}

mod properties {
    use super::{Type, run};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_input_panics_or_grows_more_than_threefold(input in proptest::collection::vec(
            prop_oneof![any::<u8>(), proptest::sample::select(b"\\%&#;ux0fF/.*+=-<'\"^ ".to_vec())], 0..200
        )) {
            for kind in Type::ALL {
                let output = run(*kind, &input);
                prop_assert!(output.len() <= 32.max(input.len() * 3), "{kind:?}");
            }
        }
    }
}
