//! The JSON body as AWS WAF reads it: leniently, and only as far as it can.
//!
//! Commas and colons are separators that may be missing or repeated (API reference, `JsonBody`:
//! `{"key1":"value1""key2"::"value2"}` is two pairs). Reading stops at a character that fits nowhere, a key that
//! the object had before, the end of a truncated body, and at once when the root is neither object nor array.
//! Extracted are keys and scalar values, strings with their escapes resolved, numbers and literals as written.
//! Time is linear, depth is not limited by the stack.

use crate::model::MatchScope;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Whether the whole body was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// To the end.
    Complete,
    /// Up to the first failure; what came before was extracted.
    Stopped,
}

/// The JSON pointers whose elements are wanted, as a tree of reference tokens; the root is node 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointers {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Node {
    wanted: bool,
    children: Vec<(Vec<u8>, usize)>,
}

impl Pointers {
    /// Everything.
    pub fn all() -> Self {
        Self {
            nodes: vec![Node {
                wanted: true,
                children: Vec::new(),
            }],
        }
    }

    /// These elements and what is below them (RFC 6901).
    pub fn included(pointers: &[String]) -> Self {
        let mut nodes = vec![Node::default()];
        for pointer in pointers {
            let mut at = 0;
            for token in pointer.split('/').skip(1) {
                let token = token.replace("~1", "/").replace("~0", "~").into_bytes();
                at = if let Some(&(_, child)) = nodes[at].children.iter().find(|(known, _)| *known == token) {
                    child
                } else {
                    nodes.push(Node::default());
                    let child = nodes.len() - 1;
                    nodes[at].children.push((token, child));
                    child
                };
            }
            nodes[at].wanted = true;
        }
        for node in &mut nodes {
            node.children.sort_unstable();
        }
        Self { nodes }
    }

    fn below(&self, place: Place, token: &[u8]) -> Place {
        match place {
            Place::Wanted | Place::Elsewhere => place,
            Place::Node(at) => {
                let children = &self.nodes[at].children;
                children
                    .binary_search_by(|(known, _)| known.as_slice().cmp(token))
                    .map_or(Place::Elsewhere, |found| self.place(children[found].1))
            }
        }
    }

    fn place(&self, at: usize) -> Place {
        if self.nodes[at].wanted {
            Place::Wanted
        } else {
            Place::Node(at)
        }
    }
}

/// Where in the tree of pointers the reader is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Wanted,
    Node(usize),
    Elsewhere,
}

/// Memory that one reading after the other uses.
#[derive(Debug, Default)]
pub struct JsonScratch {
    frames: Vec<Frame>,
    keys: HashSet<u64>,
    seed: RandomState,
    text: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    /// Of the container itself.
    place: Place,
    kind: Container,
    /// Tells containers apart in the set of keys.
    id: u32,
}

#[derive(Clone, Copy, Debug)]
enum Container {
    Array {
        next: usize,
    },
    /// The place of the value whose key was read.
    Object {
        value: Option<Place>,
    },
}

/// Reads `body` and gives every wanted key and value to `found`.
pub fn extract(
    body: &[u8],
    pointers: &Pointers,
    scope: MatchScope,
    scratch: &mut JsonScratch,
    found: impl FnMut(&[u8]),
) -> Completeness {
    scratch.frames.clear();
    scratch.keys.clear();
    let mut reader = Reader {
        body,
        at: 0,
        pointers,
        scope,
        scratch,
        found,
        containers: 0,
    };
    match reader.document() {
        Some(()) => Completeness::Complete,
        None => Completeness::Stopped,
    }
}

struct Reader<'a, F> {
    body: &'a [u8],
    at: usize,
    pointers: &'a Pointers,
    scope: MatchScope,
    scratch: &'a mut JsonScratch,
    found: F,
    containers: u32,
}

impl<F: FnMut(&[u8])> Reader<'_, F> {
    /// `None` is a failure.
    fn document(&mut self) -> Option<()> {
        self.skip(|byte| byte.is_ascii_whitespace());
        let open = *self.body.get(self.at)?;
        self.at += 1;
        self.open(open, self.pointers.place(0))?;
        while let Some(frame) = self.scratch.frames.last().copied() {
            self.skip(|byte| byte.is_ascii_whitespace() || byte == b',' || byte == b':');
            let byte = *self.body.get(self.at)?;
            match (frame.kind, byte) {
                (Container::Array { .. }, b']') | (Container::Object { value: None }, b'}') => {
                    self.at += 1;
                    self.scratch.frames.pop();
                }
                (Container::Object { value: None }, b'"') => self.key(frame)?,
                (Container::Object { value: None }, _) => return None,
                (Container::Object { value: Some(place) }, _) => {
                    self.set_kind(Container::Object { value: None });
                    self.value(place)?;
                }
                (Container::Array { next }, _) => {
                    self.set_kind(Container::Array { next: next + 1 });
                    let place = match frame.place {
                        Place::Node(_) => self.pointers.below(frame.place, next.to_string().as_bytes()),
                        place => place,
                    };
                    self.value(place)?;
                }
            }
        }
        self.skip(|byte| byte.is_ascii_whitespace());
        (self.at == self.body.len()).then_some(())
    }

    fn set_kind(&mut self, kind: Container) {
        if let Some(frame) = self.scratch.frames.last_mut() {
            frame.kind = kind;
        }
    }

    fn skip(&mut self, separator: impl Fn(u8) -> bool) {
        while self.body.get(self.at).is_some_and(|&byte| separator(byte)) {
            self.at += 1;
        }
    }

    fn open(&mut self, byte: u8, place: Place) -> Option<()> {
        let kind = match byte {
            b'{' => Container::Object { value: None },
            b'[' => Container::Array { next: 0 },
            _ => return None,
        };
        self.containers += 1;
        self.scratch.frames.push(Frame {
            place,
            kind,
            id: self.containers,
        });
        Some(())
    }

    fn key(&mut self, frame: Frame) -> Option<()> {
        let whole = self.string();
        let text = std::mem::take(&mut self.scratch.text);
        let place = self.pointers.below(frame.place, &text);
        // The guide's example: the key that a pointer ends with is not evaluated, only what is below it.
        if self.scope != MatchScope::Value && matches!(frame.place, Place::Wanted) {
            (self.found)(&text);
        }
        let fresh = self
            .scratch
            .keys
            .insert(self.scratch.seed.hash_one((frame.id, text.as_slice())));
        self.scratch.text = text;
        self.set_kind(Container::Object { value: Some(place) });
        (fresh && whole).then_some(())
    }

    fn value(&mut self, place: Place) -> Option<()> {
        let start = self.at;
        let byte = *self.body.get(start)?;
        let wanted = self.scope != MatchScope::Key && matches!(place, Place::Wanted);
        match byte {
            b'{' | b'[' => {
                self.at += 1;
                self.open(byte, place)
            }
            b'"' => {
                let whole = self.string();
                if wanted {
                    (self.found)(&self.scratch.text);
                }
                whole.then_some(())
            }
            b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip(|byte| matches!(byte, b'-' | b'+' | b'.') || byte.is_ascii_alphanumeric());
                let token = &self.body[start..self.at];
                let number = matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9');
                if !number && !matches!(token, b"true" | b"false" | b"null") {
                    return None;
                }
                if wanted {
                    (self.found)(token);
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Reads a string into `scratch.text`; false when its end is missing.
    fn string(&mut self) -> bool {
        let text = &mut self.scratch.text;
        text.clear();
        self.at += 1;
        loop {
            let rest = &self.body[self.at..];
            let Some(stop) = memchr::memchr2(b'"', b'\\', rest) else {
                text.extend_from_slice(rest);
                self.at = self.body.len();
                return false;
            };
            text.extend_from_slice(&rest[..stop]);
            self.at += stop + 1;
            if rest[stop] == b'"' {
                return true;
            }
            self.at += unescape(&self.body[self.at..], text);
        }
    }
}

/// Writes what a backslash and `rest` stand for; how many bytes of `rest` were used.
fn unescape(rest: &[u8], text: &mut Vec<u8>) -> usize {
    let Some(&letter) = rest.first() else { return 0 };
    let byte = match letter {
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return 1 + code_point(&rest[1..], text),
        other => other,
    };
    text.push(byte);
    1
}

fn code_point(digits: &[u8], text: &mut Vec<u8>) -> usize {
    let Some(first) = quad(digits) else {
        text.push(b'u');
        return 0;
    };
    let (code, used) = match (first, digits.get(4..)) {
        (0xd800..=0xdbff, Some([b'\\', b'u', low @ ..])) => match quad(low) {
            Some(low @ 0xdc00..=0xdfff) => (0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00), 10),
            _ => (first, 4),
        },
        _ => (first, 4),
    };
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    used
}

fn quad(digits: &[u8]) -> Option<u32> {
    digits.get(..4)?.iter().try_fold(0, |code, &digit| {
        Some(code << 4 | char::from(digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, pointers: &Pointers, scope: MatchScope) -> (Vec<String>, Completeness) {
        let mut items = Vec::new();
        let end = extract(
            body.as_bytes(),
            pointers,
            scope,
            &mut JsonScratch::default(),
            |item| {
                items.push(String::from_utf8_lossy(item).into_owned());
            },
        );
        (items, end)
    }

    /// API reference, `JsonBody`, member `InvalidFallbackBehavior`, and the guide's section "JSON body".
    #[test]
    fn parsing_is_as_lenient_as_the_api_reference_says() {
        use Completeness::{Complete, Stopped};
        let rows: &[(&str, &[&str], Completeness)] = &[
            (
                r#"{"key1":"value1","key2":2}"#,
                &["key1", "value1", "key2", "2"],
                Complete,
            ),
            (
                r#"{"key1":"value1""key2":"value2"}"#,
                &["key1", "value1", "key2", "value2"],
                Complete,
            ),
            (
                r#"{"key1":"value1","key2""value2"}"#,
                &["key1", "value1", "key2", "value2"],
                Complete,
            ),
            (
                r#"{"key1"::"value1","key2""value2"}"#,
                &["key1", "value1", "key2", "value2"],
                Complete,
            ),
            (
                r#"[true, null, -1.5e3, ["x"]]"#,
                &["true", "null", "-1.5e3", "x"],
                Complete,
            ),
            (
                r#"{"a":"\u003cb\u003e \ud83d\ude00\n"}"#,
                &["a", "<b> \u{1f600}\n"],
                Complete,
            ),
            (r#"{"a":1,"a":2,"b":3}"#, &["a", "1", "a"], Stopped),
            (
                r#"{"a":{"b":1},"c":{"b":1}}"#,
                &["a", "b", "1", "c", "b", "1"],
                Complete,
            ),
            (r#"{"a":"trunc"#, &["a", "trunc"], Stopped),
            (r#"{"a":1,<,"b":2}"#, &["a", "1"], Stopped),
            (r#"{"a":nonsense}"#, &["a"], Stopped),
            ("\"text\"", &[], Stopped),
            ("a=1&b=2", &[], Stopped),
            ("{} trailing", &[], Stopped),
            (" [ ] ", &[], Complete),
        ];
        for (body, items, end) in rows {
            let got = read(body, &Pointers::all(), MatchScope::All);
            assert_eq!(
                got,
                (items.iter().map(ToString::to_string).collect(), *end),
                "{body}"
            );
        }
    }

    #[test]
    fn pointers_choose_elements_and_what_is_below_them() {
        let body = r#"{"dogs":[{"name":"rex","tags":["x","y"]},{"name":"ace"}],"a/b":1,"cats":2}"#;
        let pointers = Pointers::included(&["/dogs/0/name".into(), "/dogs/0/tags".into(), "/a~1b".into()]);
        assert_eq!(read(body, &pointers, MatchScope::Value).0, ["rex", "x", "y", "1"]);
        assert!(read(body, &pointers, MatchScope::Key).0.is_empty());
    }

    /// The guide, "JSON body", "Example JSON body inspection scenario".
    #[test]
    fn the_key_that_a_pointer_ends_with_is_not_evaluated() {
        let body = r#"{"a":{"c":"d","b":{"e":{"f":"g"}}}}"#;
        let pointers = Pointers::included(&["/a/b".into()]);
        for (scope, expected) in [
            (MatchScope::All, &["e", "f", "g"][..]),
            (MatchScope::Key, &["e", "f"]),
            (MatchScope::Value, &["g"]),
        ] {
            assert_eq!(read(body, &pointers, scope).0, expected, "{scope:?}");
        }
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let body = "[".repeat(100_000);
        assert_eq!(
            read(&body, &Pointers::all(), MatchScope::All).1,
            Completeness::Stopped
        );
    }
}
