//! Answers: as much of HTTP/1.1 as an AWS endpoint speaks.

use memchr::memmem;

/// What of an answer is known once its head has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// Where the body begins.
    pub body_at: usize,
    /// How long the body is.
    pub body_length: usize,
    /// The server closes the connection after this answer.
    pub closes: bool,
}

/// Why bytes are no answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseError {
    /// The status line is not HTTP/1's.
    #[error("the answer is not HTTP/1.x")]
    NotHttp,
    /// Without a length the end can't be told; chunked answers are not read.
    #[error("the answer has no content-length")]
    NoLength,
}

impl Head {
    /// Reads the head; `None` if it has not arrived in full.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, ResponseError> {
        let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = &bytes[..end];
        let (version, status) = match head {
            [
                b'H',
                b'T',
                b'T',
                b'P',
                b'/',
                b'1',
                b'.',
                version,
                b' ',
                a,
                b,
                c,
                ..,
            ] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => (
                *version,
                [a, b, c]
                    .iter()
                    .fold(0, |status, digit| status * 10 + u16::from(**digit - b'0')),
            ),
            _ => return Err(ResponseError::NotHttp),
        };
        let mut body_length = matches!(status, 204 | 304).then_some(0);
        let mut closes = version == b'0';
        for line in lines(head).skip(1) {
            if let Some(value) = value_of(line, b"content-length") {
                body_length = decimal(value);
            } else if let Some(value) = value_of(line, b"connection") {
                closes = value.eq_ignore_ascii_case(b"close")
                    || (version == b'0' && !value.eq_ignore_ascii_case(b"keep-alive"));
            }
        }
        let body_length = body_length.ok_or(ResponseError::NoLength)?;
        Ok(Some(Self {
            status,
            body_at: end + 4,
            body_length,
            closes,
        }))
    }

    /// The length of the whole answer.
    pub fn length(&self) -> usize {
        self.body_at.saturating_add(self.body_length)
    }

    /// True for 2xx.
    pub fn succeeded(&self) -> bool {
        self.status / 100 == 2
    }
}

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// The value of a header line with this (lower-case) name.
fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    if !found.eq_ignore_ascii_case(name) {
        return None;
    }
    Some(rest.strip_prefix(b":")?.trim_ascii())
}

fn decimal(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The error code in the body of a refusal: `__type` or `<Code>`, without namespace.
pub fn error_code(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    let (start, end) = if let Some((_, after)) = text.split_once("<Code>") {
        (after, '<')
    } else {
        let (_, after) = text.split_once("\"__type\"")?;
        (after.trim_start_matches([':', ' ']).strip_prefix('"')?, '"')
    };
    let code = &start[..start.find(end)?];
    Some(code.rsplit('#').next().unwrap_or(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_status_are_read_once_the_head_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 12\r\n\r\n{\"a\":\"b\"}...";
        for partial in 0..answer.len() - 13 {
            assert_eq!(Head::parse(&answer[..partial]), Ok(None));
        }
        let head = Head::parse(answer).expect("valid").expect("complete");
        assert_eq!(
            (head.status, head.length(), head.closes),
            (200, answer.len(), false)
        );
    }

    #[test]
    fn the_end_of_the_connection_is_announced_or_the_old_protocols_default() {
        let closes = |text: &str| {
            Head::parse(text.as_bytes())
                .expect("valid")
                .expect("complete")
                .closes
        };
        assert!(closes(
            "HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n"
        ));
        assert!(closes("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"));
        assert!(!closes(
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\ncontent-length: 0\r\n\r\n"
        ));
    }

    #[test]
    fn answers_whose_end_is_unknown_are_errors() {
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(Head::parse(chunked), Err(ResponseError::NoLength));
        assert_eq!(
            Head::parse(b"SSH-2.0-OpenSSH\r\n\r\n"),
            Err(ResponseError::NotHttp)
        );
        let huge = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n";
        assert_eq!(Head::parse(huge), Err(ResponseError::NoLength));
    }

    #[test]
    fn error_codes_of_both_protocols_are_found() {
        assert_eq!(
            error_code(b"{\"__type\":\"com.amazonaws#NotFoundException\",\"message\":\"m\"}"),
            Some("NotFoundException")
        );
        assert_eq!(
            error_code(b"{\"__type\": \"DisabledException\"}"),
            Some("DisabledException")
        );
        assert_eq!(
            error_code(b"<Error><Code>AccessDenied</Code></Error>"),
            Some("AccessDenied")
        );
        assert_eq!(error_code(b"oops"), None);
    }
}
