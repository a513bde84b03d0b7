//! Cuts recordings into chunks of whole records, so that workers can share them and memory stays bounded.

use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr_iter, memrchr};
use serde::Deserialize;

use super::elements::Elements;
use super::open::{Format, Opened};
use super::text::Text;

/// Records that came together.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The number of the first record in its recording, from 1; lines for [`Format::Lines`].
    pub first: u64,
    /// The bytes of the records.
    pub bytes: Vec<u8>,
    /// Where each record is in them. Empty lines are among them, so that lines can be counted.
    pub records: Vec<Range<usize>>,
}

/// A recording in chunks.
pub struct Chunks {
    format: Format,
    content: Box<dyn io::BufRead + Send>,
    elements: Option<Elements>,
    /// What was read and not given away.
    buffer: Vec<u8>,
    next: u64,
    ended: bool,
}

/// About as much is read for a chunk.
const CHUNK: usize = 256 * 1024;
/// A record is not longer: bodies of some megabytes, in escapes.
const LONGEST_RECORD: usize = 64 * 1024 * 1024;

impl Chunks {
    /// The chunks of a recording.
    pub fn new(opened: Opened) -> Self {
        Self {
            format: opened.format,
            content: opened.content,
            elements: opened.format.path().map(Elements::new),
            buffer: Vec::new(),
            next: 1,
            ended: false,
        }
    }

    /// How records stand in the recording.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The next chunk; `None` at the end.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        loop {
            if self.ended && self.buffer.is_empty() {
                return Ok(None);
            }
            self.fill()?;
            let mut chunk = match self.elements {
                None => self.lines(),
                Some(_) => self.elements()?,
            };
            if !chunk.records.is_empty() {
                chunk.first = self.next;
                self.next += chunk.records.len() as u64;
                return Ok(Some(if self.format == Format::LogEvents {
                    messages(chunk)?
                } else {
                    chunk
                }));
            }
            if self.buffer.len() > LONGEST_RECORD {
                return Err(wrong("a record is longer than 64 MiB"));
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if !self.ended {
            let read = self
                .content
                .by_ref()
                .take(CHUNK as u64)
                .read_to_end(&mut self.buffer)?;
            self.ended = read == 0;
        }
        Ok(())
    }

    fn lines(&mut self) -> Chunk {
        let whole = if self.ended {
            self.buffer.len()
        } else {
            memrchr(b'\n', &self.buffer).map_or(0, |end| end + 1)
        };
        let rest = self.buffer.split_off(whole);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let mut start = 0;
        let mut records: Vec<_> = memchr_iter(b'\n', &bytes)
            .map(|end| std::mem::replace(&mut start, end + 1)..end)
            .collect();
        if start < bytes.len() {
            records.push(start..bytes.len());
        }
        Chunk {
            first: 0,
            bytes,
            records,
        }
    }

    fn elements(&mut self) -> io::Result<Chunk> {
        let mut chunk = Chunk::default();
        let Some(scanner) = &mut self.elements else {
            return Ok(chunk);
        };
        let done = scanner.scan(&self.buffer, &mut chunk.records);
        scanner.consumed(done);
        let rest = self.buffer.split_off(done);
        chunk.bytes = std::mem::replace(&mut self.buffer, rest);
        if self.ended && !scanner.ended() {
            return Err(wrong(if scanner.found() {
                "the document ends in the middle of its records"
            } else {
                "the document has no list of requests"
            }));
        }
        Ok(chunk)
    }
}

/// The log records that are the messages of events.
fn messages(events: Chunk) -> io::Result<Chunk> {
    #[derive(Deserialize)]
    struct Event<'a> {
        #[serde(borrow)]
        message: Text<'a>,
    }
    let mut chunk = Chunk {
        first: events.first,
        ..Chunk::default()
    };
    for record in events.records {
        let event: Event<'_> = serde_json::from_slice(&events.bytes[record])?;
        let start = chunk.bytes.len();
        chunk.bytes.extend_from_slice(event.message.0.as_bytes());
        chunk.records.push(start..chunk.bytes.len());
    }
    Ok(chunk)
}

fn wrong(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::super::open::sniff;
    use super::*;

    /// Numbers and texts of all records.
    fn all(text: String) -> io::Result<Vec<(u64, String)>> {
        let mut chunks = Chunks::new(sniff(Box::new(io::Cursor::new(text)))?);
        let mut all = Vec::new();
        while let Some(chunk) = chunks.next_chunk()? {
            for (number, range) in (chunk.first..).zip(chunk.records) {
                all.push((number, String::from_utf8(chunk.bytes[range].to_vec()).unwrap()));
            }
        }
        Ok(all)
    }

    #[test]
    fn lines_keep_their_numbers_over_chunks_and_without_a_last_newline() {
        let text: Vec<_> = (1..=50_000).map(|n| format!("{{\"uri\": \"/{n}\"}}")).collect();
        let found = all(text.join("\n")).unwrap();
        assert_eq!(found.len(), 50_000);
        assert!(
            found
                .iter()
                .zip(&text)
                .zip(1..)
                .all(|(((number, line), wanted), n)| *number == n && line == wanted)
        );
    }

    #[test]
    fn messages_of_events_are_records() {
        let text =
            r#"{"events": [{"timestamp": 1, "message": "{\"a\": \"b\"}"}, {"message": "{}"}], "x": []}"#;
        assert_eq!(
            all(text.into()).unwrap(),
            [(1, r#"{"a": "b"}"#.to_owned()), (2, "{}".to_owned())]
        );
    }

    #[test]
    fn a_document_that_is_cut_off_or_has_no_requests_is_told() {
        for (text, wanted) in [
            (r#"{"log": {"entries": [{"request": {}}, {"req"#, "middle"),
            (r#"{"log": {"pages": []}}"#, "no list"),
        ] {
            let error = all(text.into()).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
        assert!(all(String::new()).unwrap().is_empty());
    }
}
