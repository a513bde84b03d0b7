//! Finds the elements of one array in a JSON document that comes in pieces, without holding the document.

use std::ops::Range;

use memchr::memchr2;

/// Follows a document to the array at `path` and tells where its elements are.
#[derive(Debug)]
pub(super) struct Elements {
    path: &'static [&'static str],
    /// As many members of the path are open.
    matched: usize,
    depth: usize,
    /// Depth inside of the array, once it was found.
    array: Option<usize>,
    string: Option<Str>,
    /// The last string at a place where the path's next member could be.
    key: Vec<u8>,
    is_next: bool,
    /// Where the present element began, in the buffer.
    start: Option<usize>,
    /// Where to go on, in the buffer.
    at: usize,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Str {
    Plain,
    /// After a backslash.
    Escaped,
}

/// No member of a path is longer.
const LONGEST_KEY: usize = 32;

impl Elements {
    pub(super) fn new(path: &'static [&'static str]) -> Self {
        Self {
            path,
            matched: 0,
            depth: 0,
            array: None,
            string: None,
            key: Vec::new(),
            is_next: false,
            start: None,
            at: 0,
            ended: false,
        }
    }

    /// Whether the array was found.
    pub(super) fn found(&self) -> bool {
        self.array.is_some() || self.ended
    }

    /// Whether the array came to its end.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Looks at what is new in `buffer` and pushes the elements that are complete. Returns how much of the buffer
    /// is not needed any more once the elements are.
    pub(super) fn scan(&mut self, buffer: &[u8], found: &mut Vec<Range<usize>>) -> usize {
        while self.at < buffer.len() && !self.ended {
            if let Some(state) = self.string {
                self.in_string(buffer, state);
                continue;
            }
            let byte = buffer[self.at];
            self.at += 1;
            match byte {
                b'"' => {
                    self.string = Some(Str::Plain);
                    self.key.clear();
                }
                b':' if self.watches() => {
                    self.is_next = self
                        .path
                        .get(self.matched)
                        .is_some_and(|next| next.as_bytes() == self.key);
                }
                b',' if self.watches() => self.is_next = false,
                b'{' | b'[' => self.open(byte),
                b'}' | b']' => self.close(found),
                _ => {}
            }
        }
        if self.ended {
            buffer.len()
        } else {
            self.start.unwrap_or(self.at)
        }
    }

    /// The first `count` bytes of the buffer are gone.
    pub(super) fn consumed(&mut self, count: usize) {
        self.at = self.at.saturating_sub(count);
        self.start = self.start.map(|start| start - count);
    }

    /// Whether members here may be the path's next.
    fn watches(&self) -> bool {
        self.array.is_none() && self.depth == self.matched + 1
    }

    fn in_string(&mut self, buffer: &[u8], state: Str) {
        if state == Str::Escaped {
            self.at += 1;
            self.string = Some(Str::Plain);
            return;
        }
        let rest = &buffer[self.at..];
        let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        if self.array.is_none() && self.key.len() <= LONGEST_KEY {
            self.key.extend_from_slice(&rest[..length.min(LONGEST_KEY)]);
        }
        self.at += length;
        if let Some(&end) = buffer.get(self.at) {
            self.at += 1;
            self.string = (end == b'\\').then_some(Str::Escaped);
        }
    }

    fn open(&mut self, byte: u8) {
        if self.array == Some(self.depth) && byte == b'{' {
            self.start = Some(self.at - 1);
        }
        let root = self.depth == 0 && self.path.is_empty();
        let last = self.watches() && self.is_next && self.matched + 1 == self.path.len();
        if self.array.is_none() && byte == b'[' && (root || last) {
            self.array = Some(self.depth + 1);
        } else if self.watches() && self.is_next && byte == b'{' {
            self.matched += 1;
        }
        self.is_next = false;
        self.depth += 1;
    }

    fn close(&mut self, found: &mut Vec<Range<usize>>) {
        if self.array == Some(self.depth) {
            self.ended = true;
            return;
        }
        self.depth = self.depth.saturating_sub(1);
        if self.array == Some(self.depth) {
            found.extend(self.start.take().map(|start| start..self.at));
        }
        if self.array.is_none() {
            self.matched = self.matched.min(self.depth.saturating_sub(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements of `document` when it comes in pieces of `size` bytes.
    fn elements(path: &'static [&'static str], document: &str, size: usize) -> (Vec<String>, bool) {
        let mut scanner = Elements::new(path);
        let (mut buffer, mut all) = (Vec::new(), Vec::new());
        for piece in document.as_bytes().chunks(size) {
            buffer.extend_from_slice(piece);
            let mut found = Vec::new();
            let done = scanner.scan(&buffer, &mut found);
            all.extend(
                found
                    .into_iter()
                    .map(|range| String::from_utf8(buffer[range].to_vec()).unwrap()),
            );
            buffer.drain(..done);
            scanner.consumed(done);
        }
        (all, scanner.found())
    }

    #[test]
    fn elements_are_found_wherever_the_document_is_cut() {
        let document = r#"{"entries": [{"no": 1}], "log": {"creator": {"entries": [{"no": 2}], "x": "\"log\": ["},
            "entries": [ {"a": "}]\\\"", "b": [{"c": {}}]}, {}, {"d": "é"} ], "z": [{}]}, "entries": [{"no": 3}]}"#;
        for size in 1..document.len() {
            let (found, there) = elements(&["log", "entries"], document, size);
            assert_eq!(
                found,
                [r#"{"a": "}]\\\"", "b": [{"c": {}}]}"#, "{}", r#"{"d": "é"}"#],
                "{size}"
            );
            assert!(there);
        }
    }

    #[test]
    fn a_bare_array_has_its_elements_at_the_root() {
        assert_eq!(
            elements(&[], r#"[{"a": 1},{"b": []}]"#, 3).0,
            [r#"{"a": 1}"#, r#"{"b": []}"#]
        );
    }

    #[test]
    fn a_document_without_the_array_is_told_apart_from_one_with_an_empty_array() {
        assert_eq!(
            elements(&["log", "entries"], r#"{"log": {"pages": []}}"#, 4),
            (vec![], false)
        );
        assert_eq!(
            elements(&["log", "entries"], r#"{"log": {"entries": []}}"#, 4),
            (vec![], true)
        );
    }
}
