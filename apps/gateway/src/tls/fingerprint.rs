//! JA3 and JA4: what a client's offer says of the program that made it.
//!
//! JA3 as Salesforce published it, JA4 as FoxIO specifies it ("JA4 technical details"). GREASE values (RFC 8701) are
//! left out of both.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use md5::{Digest as _, Md5};

use super::client_hello::ClientHello;

const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;

/// MD5 of version, ciphers, extensions, groups and point formats in decimal.
pub(super) fn ja3(hello: &ClientHello) -> String {
    let mut text = hello.version.to_string();
    for list in [&hello.ciphers, &hello.extensions, &hello.groups] {
        text.push(',');
        join(
            &mut text,
            '-',
            list.iter().copied().filter(|value| !is_grease(*value)),
            |text, value| {
                let _ = write!(text, "{value}");
            },
        );
    }
    text.push(',');
    join(&mut text, '-', hello.point_formats.iter(), |text, value| {
        let _ = write!(text, "{value}");
    });
    hex::encode(Md5::digest(text.as_bytes()))
}

/// Three parts: a summary, ciphers, extensions with signature algorithms.
pub(super) fn ja4(hello: &ClientHello) -> String {
    let ciphers = sorted(&hello.ciphers, |_| true);
    let extensions = sorted(&hello.extensions, |_| true);
    let version = hello
        .supported_versions
        .iter()
        .copied()
        .filter(|version| !is_grease(*version))
        .max()
        .unwrap_or(hello.version);
    let named = if hello.extensions.contains(&SERVER_NAME) {
        'd'
    } else {
        'i'
    };
    let summary = format!(
        "t{}{named}{:02}{:02}{}",
        version_text(version),
        ciphers.len().min(99),
        extensions.len().min(99),
        alpn(hello.first_alpn.as_deref().unwrap_or_default()),
    );
    let hashed = sorted(&hello.extensions, |kind| kind != SERVER_NAME && kind != ALPN);
    let mut text = hexadecimal(&hashed);
    if !hello.signature_algorithms.is_empty() {
        text.push('_');
        text.push_str(&hexadecimal(&hello.signature_algorithms));
    }
    format!(
        "{summary}_{}_{}",
        short_hash(&hexadecimal(&ciphers)),
        if hashed.is_empty() {
            EMPTY.to_owned()
        } else {
            short_hash(&text)
        }
    )
}

const EMPTY: &str = "000000000000";

fn short_hash(text: &str) -> String {
    if text.is_empty() {
        return EMPTY.to_owned();
    }
    hex::encode(&digest(&SHA256, text.as_bytes()).as_ref()[..6])
}

fn sorted(values: &[u16], keep: impl Fn(u16) -> bool) -> Vec<u16> {
    let mut values: Vec<u16> = values
        .iter()
        .copied()
        .filter(|value| !is_grease(*value) && keep(*value))
        .collect();
    values.sort_unstable();
    values
}

fn hexadecimal(values: &[u16]) -> String {
    let mut text = String::new();
    let values = values.iter().copied().filter(|value| !is_grease(*value));
    join(&mut text, ',', values, |text, value| {
        let _ = write!(text, "{value:04x}");
    });
    text
}

fn join<T>(
    text: &mut String,
    separator: char,
    values: impl Iterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    for (at, value) in values.enumerate() {
        if at > 0 {
            text.push(separator);
        }
        write(text, value);
    }
}

fn version_text(version: u16) -> &'static str {
    match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    }
}

/// First and last character; of bytes that are no letters or digits, the first and last hexadecimal digit.
fn alpn(protocol: &[u8]) -> String {
    match (protocol.first(), protocol.last()) {
        (Some(first), Some(last)) if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => {
            [char::from(*first), char::from(*last)].iter().collect()
        }
        (Some(first), Some(last)) => format!("{:x}{:x}", first >> 4, last & 15),
        _ => "00".to_owned(),
    }
}

/// RFC 8701: both bytes are the same and end in A.
fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A record with this offer.
    fn record(hello: &ClientHello) -> Vec<u8> {
        fn words(values: &[u16]) -> Vec<u8> {
            values.iter().flat_map(|value| value.to_be_bytes()).collect()
        }
        fn sized(bytes: &[u8]) -> Vec<u8> {
            [
                &u16::try_from(bytes.len()).expect("short").to_be_bytes()[..],
                bytes,
            ]
            .concat()
        }
        fn short(bytes: &[u8]) -> Vec<u8> {
            [&[u8::try_from(bytes.len()).expect("short")][..], bytes].concat()
        }
        let mut extensions = Vec::new();
        for kind in &hello.extensions {
            let content = match kind {
                10 => sized(&words(&hello.groups)),
                11 => short(&hello.point_formats),
                13 => sized(&words(&hello.signature_algorithms)),
                16 => sized(&short(hello.first_alpn.as_deref().unwrap_or_default())),
                43 => short(&words(&hello.supported_versions)),
                _ => Vec::new(),
            };
            extensions.extend(kind.to_be_bytes());
            extensions.extend(sized(&content));
        }
        let mut body = hello.version.to_be_bytes().to_vec();
        body.extend([7; 32]);
        body.push(0);
        body.extend(sized(&words(&hello.ciphers)));
        body.extend([1, 0]);
        if !hello.extensions.is_empty() {
            body.extend(sized(&extensions));
        }
        let length = u32::try_from(body.len()).expect("short").to_be_bytes();
        let message = [&[1], &length[1..], &body].concat();
        [&[22, 3, 1][..], &sized(&message)].concat()
    }

    /// The example of FoxIO's specification, with GREASE put in.
    pub(crate) fn chrome() -> (ClientHello, Vec<u8>) {
        let hello = ClientHello {
            version: 0x0303,
            ciphers: vec![
                0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
                0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
            ],
            extensions: vec![
                0x2a2a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023,
                0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015,
            ],
            groups: vec![0x3a3a, 29, 23, 24],
            point_formats: vec![0],
            signature_algorithms: vec![0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
            supported_versions: vec![0x4a4a, 0x0304, 0x0303],
            first_alpn: Some(b"h2".to_vec()),
        };
        let bytes = record(&hello);
        (hello, bytes)
    }

    #[test]
    fn ja4_of_the_specifications_example() {
        let (hello, bytes) = chrome();
        let parsed = ClientHello::parse(&bytes).expect("a hello");
        assert_eq!(parsed, hello);
        assert_eq!(ja4(&parsed), "t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    #[test]
    fn ja3_of_the_published_examples() {
        for (ciphers, extensions, groups, formats, hash) in [
            (
                &[47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4][..],
                &[0, 10, 11][..],
                &[23, 24, 25][..],
                &[0][..],
                "ada70206e40642a3e4461f35503241d5",
            ),
            (
                &[4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99][..],
                &[],
                &[],
                &[],
                "de350869b8c85de67a350c8d186f11e6",
            ),
        ] {
            let hello = ClientHello {
                version: 769,
                ciphers: ciphers.to_vec(),
                extensions: extensions.to_vec(),
                groups: groups.to_vec(),
                point_formats: formats.to_vec(),
                ..ClientHello::default()
            };
            let parsed = ClientHello::parse(&record(&hello)).expect("a hello");
            assert_eq!(ja3(&parsed), hash);
        }
    }

    #[test]
    fn protocols_that_are_no_text_are_summed_up_in_hexadecimal() {
        assert_eq!(alpn(b"http/1.1"), "h1");
        assert_eq!(alpn(&[0xab, 0xcd]), "ad");
        assert_eq!(alpn(b""), "00");
    }
}
