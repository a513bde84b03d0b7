//! Strict framing of HTTP/1.1 requests: what two parsers could read in two ways is read by none.
//!
//! A [`Scanner`] follows a client's bytes from request to request, before the parser sees them. It refuses all that
//! request smuggling lives on: both or several of Content-Length and Transfer-Encoding, codings other than `chunked`,
//! folded headers, bare CR or LF, names that are not tokens (a space before the colon among them), several Hosts,
//! chunk sizes that are not plain hexadecimal (RFC 9112, sections 2.2, 3.2, 5.1, 5.2, 6.3, 7.1). The parser behind
//! would refuse most of it too; that it agrees with every server behind us is what this module makes sure of.

mod head;

use head::Head;
use memchr::memchr;

/// The longest request line or header line, as a load balancer takes it ("request line 16 K, single header 16 K").
const LONGEST_LINE: usize = 16 * 1024;
/// The longest head ("entire request header 64 K").
const LONGEST_HEAD: usize = 64 * 1024;
/// Size line of a chunk, extensions included.
const LONGEST_CHUNK_LINE: usize = 256;
/// All trailers together.
const LONGEST_TRAILERS: usize = 8 * 1024;

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("a line does not end in CR LF")]
    LineEnd,
    #[error("a line or the whole head is too long")]
    TooLong,
    #[error("the request line is not method, target and version with single spaces")]
    RequestLine,
    #[error("a header is folded over lines")]
    Folded,
    #[error("a header's name is not a token")]
    HeaderName,
    #[error("Content-Length is not one plain number")]
    ContentLength,
    #[error("Transfer-Encoding is not `chunked` once, in HTTP/1.1")]
    TransferEncoding,
    #[error("both Content-Length and Transfer-Encoding are there")]
    BothLengths,
    #[error("there is not exactly one Host")]
    Host,
    #[error("a chunk's size is not plain hexadecimal, or its data has another length")]
    Chunk,
}

/// A violation, and how many of the bytes before it are sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped {
    pub(crate) at: usize,
    pub(crate) why: Violation,
}

/// A request line that goes on in other words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rewrite {
    /// Where its bytes, or those of them that came last, are among the scanned ones, with the line end.
    pub(crate) range: std::ops::Range<usize>,
    /// What stands there instead.
    pub(crate) text: Vec<u8>,
}

/// Where in a request the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a request line.
    Between,
    Headers,
    Body(u64),
    ChunkSize,
    ChunkData(u64),
    ChunkEnd,
    Trailers,
}

/// Follows one connection.
#[derive(Debug)]
pub(crate) struct Scanner {
    place: Place,
    head: Head,
    /// The part of a line that came with earlier bytes.
    carried: Vec<u8>,
    /// Bytes of the present head, or of the trailers.
    seen: usize,
    /// What is to stand in place of the request line that just ended.
    encoded: Option<Vec<u8>>,
    /// The request lines of the last scan that go on in other words.
    rewrites: Vec<Rewrite>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            place: Place::Between,
            head: Head::default(),
            carried: Vec::new(),
            seen: 0,
            encoded: None,
            rewrites: Vec::new(),
        }
    }
}

impl Scanner {
    /// Follows these bytes.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Result<(), Stopped> {
        let mut at = 0;
        while at < bytes.len() {
            match self.place {
                Place::Body(left) => at += self.pass(left, bytes.len() - at, Place::Body, Place::Between),
                Place::ChunkData(left) => {
                    at += self.pass(left, bytes.len() - at, Place::ChunkData, Place::ChunkEnd);
                }
                _ => match self.line(&bytes[at..]) {
                    Ok(taken) => {
                        if let Some(text) = self.encoded.take() {
                            self.rewrites.push(Rewrite {
                                range: at..at + taken,
                                text,
                            });
                        }
                        at += taken;
                    }
                    Err(why) => return Err(Stopped { at, why }),
                },
            }
        }
        Ok(())
    }

    /// The request lines of the bytes scanned last that go on in other words.
    pub(crate) fn rewrites(&mut self) -> Vec<Rewrite> {
        std::mem::take(&mut self.rewrites)
    }

    /// How much of a request line has come that has not ended.
    pub(crate) fn unfinished_request_line(&self) -> usize {
        if self.place == Place::Between {
            self.carried.len()
        } else {
            0
        }
    }

    /// Whether a head has begun and not ended: a client that lingers here is slow on purpose.
    pub(crate) fn in_head(&self) -> bool {
        self.place == Place::Headers || (self.place == Place::Between && !self.carried.is_empty())
    }

    /// Passes over a stretch of body.
    fn pass(&mut self, left: u64, there: usize, more: fn(u64) -> Place, then: Place) -> usize {
        let taken = left.min(there as u64);
        self.place = if taken == left { then } else { more(left - taken) };
        taken as usize
    }

    /// Takes a line, or keeps its beginning until the rest comes.
    fn line(&mut self, bytes: &[u8]) -> Result<usize, Violation> {
        let longest = match self.place {
            Place::ChunkSize | Place::ChunkEnd => LONGEST_CHUNK_LINE,
            _ => LONGEST_LINE,
        };
        let Some(end) = memchr(b'\n', bytes) else {
            if self.carried.len() + bytes.len() > longest {
                return Err(Violation::TooLong);
            }
            self.carried.extend_from_slice(bytes);
            return Ok(bytes.len());
        };
        let length = self.carried.len() + end;
        if length > longest {
            return Err(Violation::TooLong);
        }
        if self.carried.is_empty() {
            self.whole_line(&bytes[..end])?;
        } else {
            let mut line = std::mem::take(&mut self.carried);
            line.extend_from_slice(&bytes[..end]);
            self.whole_line(&line)?;
            line.clear();
            self.carried = line;
        }
        Ok(end + 1)
    }

    /// A line without its LF.
    fn whole_line(&mut self, line: &[u8]) -> Result<(), Violation> {
        let line = line.strip_suffix(b"\r").ok_or(Violation::LineEnd)?;
        if memchr(b'\r', line).is_some() {
            return Err(Violation::LineEnd);
        }
        self.seen += line.len() + 2;
        match self.place {
            // Some clients send an empty line after a body (RFC 9112, section 2.2).
            Place::Between if line.is_empty() => {}
            Place::Between => {
                self.seen = line.len() + 2;
                self.head = Head::starting(line)?;
                self.encoded = crate::target::encoded(line);
                self.place = Place::Headers;
            }
            Place::Headers if line.is_empty() => self.place = after(self.head.end()?),
            Place::Headers if self.seen > LONGEST_HEAD => return Err(Violation::TooLong),
            Place::Headers => self.head.header(line)?,
            Place::ChunkSize => {
                self.place = match chunk_size(line)? {
                    0 => Place::Trailers,
                    size => Place::ChunkData(size),
                };
                self.seen = 0;
            }
            Place::ChunkEnd if line.is_empty() => self.place = Place::ChunkSize,
            Place::ChunkEnd => return Err(Violation::Chunk),
            Place::Trailers if line.is_empty() => self.place = Place::Between,
            Place::Trailers if self.seen > LONGEST_TRAILERS => return Err(Violation::TooLong),
            Place::Trailers => head::name_and_value(line).map(|_| ())?,
            Place::Body(_) | Place::ChunkData(_) => {}
        }
        Ok(())
    }
}

/// What follows a head.
fn after(length: head::Length) -> Place {
    match length {
        head::Length::Known(0) => Place::Between,
        head::Length::Known(length) => Place::Body(length),
        head::Length::Chunked => Place::ChunkSize,
    }
}

/// One to fifteen hexadecimal digits, then nothing or an extension.
fn chunk_size(line: &[u8]) -> Result<u64, Violation> {
    let end = memchr(b';', line).unwrap_or(line.len());
    let (digits, extension) = line.split_at(end);
    let plain = (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    if !plain
        || extension
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\t')
    {
        return Err(Violation::Chunk);
    }
    let digits = std::str::from_utf8(digits).map_err(|_| Violation::Chunk)?;
    u64::from_str_radix(digits, 16).map_err(|_| Violation::Chunk)
}

#[cfg(test)]
mod tests;
