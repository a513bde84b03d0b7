//! The head of a request, line by line.

use super::Violation;

/// How long the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Known(u64),
    Chunked,
}

/// What the lines so far said of the body.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// HTTP/1.1, not 1.0.
    modern: bool,
    length: Option<u64>,
    chunked: bool,
    hosts: u8,
}

impl Head {
    /// A head that starts with this request line.
    pub(super) fn starting(line: &[u8]) -> Result<Self, Violation> {
        let mut parts = line.split(|byte| *byte == b' ');
        let (method, target, version) = (parts.next(), parts.next(), parts.next());
        let (Some(method), Some(target), Some(version), None) = (method, target, version, parts.next())
        else {
            return Err(Violation::RequestLine);
        };
        let modern = match version {
            b"HTTP/1.1" => true,
            b"HTTP/1.0" => false,
            _ => return Err(Violation::RequestLine),
        };
        if !is_token(method) || target.is_empty() || target.iter().any(u8::is_ascii_control) {
            return Err(Violation::RequestLine);
        }
        Ok(Self {
            modern,
            ..Self::default()
        })
    }

    /// Takes a header line.
    pub(super) fn header(&mut self, line: &[u8]) -> Result<(), Violation> {
        let (name, value) = name_and_value(line)?;
        // Only three names matter, and they differ in length.
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.hosts = self.hosts.saturating_add(1),
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                if self.length.is_some() {
                    return Err(Violation::ContentLength);
                }
                self.length = Some(number(value)?);
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                if self.chunked || !self.modern || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Violation::TransferEncoding);
                }
                self.chunked = true;
            }
            _ => {}
        }
        if self.chunked && self.length.is_some() {
            return Err(Violation::BothLengths);
        }
        Ok(())
    }

    /// The head is over.
    pub(super) fn end(&self) -> Result<Length, Violation> {
        if self.hosts > 1 || (self.modern && self.hosts == 0) {
            return Err(Violation::Host);
        }
        Ok(if self.chunked {
            Length::Chunked
        } else {
            Length::Known(self.length.unwrap_or(0))
        })
    }
}

/// Splits a header line; the value comes without the space around it.
pub(super) fn name_and_value(line: &[u8]) -> Result<(&[u8], &[u8]), Violation> {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return Err(Violation::Folded);
    }
    let colon = memchr::memchr(b':', line).ok_or(Violation::HeaderName)?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if !is_token(name) {
        return Err(Violation::HeaderName);
    }
    // Space and tab only: what else looks blank is part of the value (and makes lengths and codings invalid).
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let end = value
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(start, |last| last + 1);
    Ok((name, &value[start..end]))
}

/// Decimal digits and nothing else; no sign, no list.
fn number(text: &[u8]) -> Result<u64, Violation> {
    let plain = (1..=19).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(text).map_err(|_| Violation::ContentLength)?;
    match text.parse() {
        Ok(number) if plain => Ok(number),
        _ => Err(Violation::ContentLength),
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &[u8]) -> bool {
    const TOKEN: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            let at = byte as u8;
            table[byte] = at.is_ascii_alphanumeric()
                || matches!(
                    at,
                    b'!' | b'#'
                        | b'$'
                        | b'%'
                        | b'&'
                        | b'\''
                        | b'*'
                        | b'+'
                        | b'-'
                        | b'.'
                        | b'^'
                        | b'_'
                        | b'`'
                        | b'|'
                        | b'~'
                );
            byte += 1;
        }
        table
    };
    !text.is_empty() && text.iter().all(|byte| TOKEN[usize::from(*byte)])
}
