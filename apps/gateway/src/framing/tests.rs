use super::*;

/// Scans in pieces of every size up to 7 and whole; all must say the same.
fn scan(bytes: &[u8]) -> Result<(), Violation> {
    let mut whole = Scanner::default();
    let verdict = whole.scan(bytes).map_err(|stopped| stopped.why);
    for size in 1..8 {
        let mut scanner = Scanner::default();
        let mut pieces = bytes.chunks(size);
        let piecewise = pieces.try_for_each(|piece| scanner.scan(piece));
        assert_eq!(
            piecewise.map_err(|stopped| stopped.why),
            verdict,
            "in pieces of {size}"
        );
    }
    verdict
}

fn headers(lines: &str) -> Result<(), Violation> {
    scan(format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n").as_bytes())
}

#[test]
fn requests_follow_each_other_on_a_connection() {
    let requests = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n\
        POST /x?y HTTP/1.1\r\nhost:a\r\nContent-Length: 5\r\n\r\nhello\
        \r\nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
        5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n\
        GET / HTTP/1.0\r\n\r\n";
    assert_eq!(scan(requests), Ok(()));
    let mut scanner = Scanner::default();
    scanner.scan(requests).expect("sound");
    assert_eq!(scanner.place, Place::Between);
}

#[test]
fn a_second_or_contradicting_length_is_refused() {
    for (lines, why) in [
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            Violation::BothLengths,
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            Violation::BothLengths,
        ),
        (
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            Violation::ContentLength,
        ),
        (
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            Violation::ContentLength,
        ),
        ("Content-Length: 5, 5\r\n", Violation::ContentLength),
        ("Content-Length: +5\r\n", Violation::ContentLength),
        ("Content-Length: 0x5\r\n", Violation::ContentLength),
        ("Content-Length: \x0b5\r\n", Violation::ContentLength),
        ("Content-Length:\r\n", Violation::ContentLength),
        (
            "Content-Length: 99999999999999999999\r\n",
            Violation::ContentLength,
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            Violation::TransferEncoding,
        ),
        ("Transfer-Encoding: xchunked\r\n", Violation::TransferEncoding),
        ("Transfer-Encoding: \x0bchunked\r\n", Violation::TransferEncoding),
        (
            "Transfer-Encoding: gzip, chunked\r\n",
            Violation::TransferEncoding,
        ),
        (
            "Transfer-Encoding: chunked, chunked\r\n",
            Violation::TransferEncoding,
        ),
        ("Transfer-Encoding:\r\n", Violation::TransferEncoding),
    ] {
        assert_eq!(headers(lines), Err(why), "{lines:?}");
    }
}

#[test]
fn lines_that_parsers_read_differently_are_refused() {
    for (lines, why) in [
        ("X: a\r\n b\r\n", Violation::Folded),
        ("X: a\r\n\tb\r\n", Violation::Folded),
        ("Transfer-Encoding : chunked\r\n", Violation::HeaderName),
        ("Content Length: 5\r\n", Violation::HeaderName),
        (": x\r\n", Violation::HeaderName),
        ("no colon\r\n", Violation::HeaderName),
        ("X\0: a\r\n", Violation::HeaderName),
        ("X: a\nY: b\r\n", Violation::LineEnd),
        ("X: a\rTransfer-Encoding: chunked\r\n", Violation::LineEnd),
        ("Host: b\r\n", Violation::Host),
    ] {
        assert_eq!(headers(lines), Err(why), "{lines:?}");
    }
    for line in [
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 ",
        " GET / HTTP/1.1",
        "GET /",
        "GET / HTTP/2.0",
        "GET\t/ HTTP/1.1",
        "GET / http/1.1",
        "G(T / HTTP/1.1",
        "GET /\x01 HTTP/1.1",
    ] {
        let request = format!("{line}\r\nHost: a\r\n\r\n");
        assert_eq!(scan(request.as_bytes()), Err(Violation::RequestLine), "{line:?}");
    }
    assert_eq!(scan(b"GET / HTTP/1.1\r\n\r\n"), Err(Violation::Host));
    let old = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(scan(old), Err(Violation::TransferEncoding));
}

#[test]
fn chunks_have_plain_sizes_and_exactly_that_much_data() {
    for chunks in [
        "0x5\r\nhello\r\n",
        "+5\r\nhello\r\n",
        "5 \r\nhello\r\n",
        " 5\r\nhello\r\n",
        "\r\n",
        "-1\r\n",
        "5\rX\nhello",
        "5\r\nhello!\r\n",
        "5\nhello\r\n",
        "FFFFFFFFFFFFFFFF\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5;a\x00\r\nhello\r\n",
        "0\r\n folded\r\n\r\n",
    ] {
        let lines = format!("Transfer-Encoding: chunked\r\n\r\n{chunks}");
        assert!(headers(&lines).is_err(), "{chunks:?}");
    }
}

#[test]
fn heads_are_bounded() {
    let long = format!("X: {}\r\n", "a".repeat(LONGEST_LINE));
    assert_eq!(headers(&long), Err(Violation::TooLong));
    let many = "X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(1_400);
    assert_eq!(headers(&many), Err(Violation::TooLong));
    let endless = vec![b'a'; LONGEST_LINE + 1];
    assert_eq!(scan(&endless), Err(Violation::TooLong));
}

#[test]
fn what_came_before_a_violation_is_sound() {
    let first = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let both = [&first[..], b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n"].concat();
    let stopped = Scanner::default().scan(&both).expect_err("a violation");
    assert_eq!(&both[stopped.at..stopped.at + 5], b"X : y");
}

#[test]
fn a_lingering_head_is_told_from_an_idle_connection() {
    let mut scanner = Scanner::default();
    assert!(!scanner.in_head());
    scanner.scan(b"GE").expect("sound");
    assert!(scanner.in_head());
    scanner.scan(b"T / HTTP/1.1\r\nHost: a\r\n").expect("sound");
    assert!(scanner.in_head());
    scanner.scan(b"\r\n").expect("sound");
    assert!(!scanner.in_head());
}
