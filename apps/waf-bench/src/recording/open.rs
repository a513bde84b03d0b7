//! Opens a recording: decompresses it and finds out what it is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

/// How records stand in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON document per line: plain requests or WAF log records.
    Lines,
    /// A JSON array of plain requests or WAF log records.
    Array,
    /// An HTTP archive.
    Har,
    /// WAF log records as `aws logs filter-log-events` prints them.
    LogEvents,
}

impl Format {
    /// Where the array of records is, unless records are lines.
    pub(super) fn path(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Lines => None,
            Self::Array => Some(&[]),
            Self::Har => Some(&["log", "entries"]),
            Self::LogEvents => Some(&["events"]),
        }
    }
}

/// A recording that was opened.
pub struct Opened {
    /// What it is.
    pub format: Format,
    /// Its content, decompressed.
    pub content: Box<dyn BufRead + Send>,
}

const BUFFER: usize = 128 * 1024;

/// Opens a file, or standard input for `-`.
pub fn open(path: &Path) -> io::Result<Opened> {
    if path == Path::new("-") {
        return sniff(Box::new(BufReader::with_capacity(BUFFER, io::stdin())));
    }
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "this is a folder; name its files",
        ));
    }
    sniff(Box::new(BufReader::with_capacity(BUFFER, file)))
}

/// Looks at the beginning of a recording.
pub fn sniff(mut content: Box<dyn BufRead + Send>) -> io::Result<Opened> {
    let mut head = peek(&mut content)?;
    if head.starts_with(&[0x1f, 0x8b]) {
        let whole = io::Cursor::new(head).chain(content);
        content = Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole)));
        head = peek(&mut content)?;
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    let format = format(&head);
    Ok(Opened {
        format,
        content: Box::new(io::Cursor::new(head).chain(content)),
    })
}

/// As much as is needed to tell formats apart.
const HEAD: u64 = 4096;

fn peek(content: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    content.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn format(head: &[u8]) -> Format {
    let head = head.trim_ascii_start();
    if head.starts_with(b"[") {
        return Format::Array;
    }
    let member = |name: &str, opening: u8| {
        let rest = head.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
        let rest = rest.and_then(|rest| rest.strip_prefix(format!("\"{name}\"").as_bytes()));
        let rest = rest
            .map(<[u8]>::trim_ascii_start)
            .and_then(|rest| rest.strip_prefix(b":"));
        rest.is_some_and(|rest| rest.trim_ascii_start().first() == Some(&opening))
    };
    match (member("log", b'{'), member("events", b'[')) {
        (true, _) => Format::Har,
        (_, true) => Format::LogEvents,
        _ => Format::Lines,
    }
}

/// What people call a recording.
pub(crate) fn title(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    PathBuf::from(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn formats_are_told_apart_by_content() {
        for (head, wanted) in [
            ("{\"uri\": \"/\"}\n", Format::Lines),
            ("{\"timestamp\": 1, \"httpRequest\": {}}", Format::Lines),
            (" [{}]", Format::Array),
            ("{\n  \"log\": {\n    \"version\": \"1.2\"", Format::Har),
            ("{\"log\": \"a member of something else\"}", Format::Lines),
            ("{ \"events\": [ ]}", Format::LogEvents),
            ("", Format::Lines),
        ] {
            assert_eq!(format(head.as_bytes()), wanted, "{head}");
        }
    }

    #[test]
    fn gzip_is_seen_by_its_magic_number() {
        let text = "{\"uri\": \"/\"}\n".repeat(1000);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        for bytes in [packed.finish().unwrap(), text.clone().into_bytes()] {
            let mut opened = sniff(Box::new(io::Cursor::new(bytes))).unwrap();
            let mut read = String::new();
            opened.content.read_to_string(&mut read).unwrap();
            assert_eq!((read == text, opened.format), (true, Format::Lines));
        }
    }
}
