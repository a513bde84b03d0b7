//! The client's first message (RFC 8446, section 4.1.2), as far as fingerprints look at it.

/// What a client offers, in its own order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) version: u16,
    pub(super) ciphers: Vec<u16>,
    pub(super) extensions: Vec<u16>,
    pub(super) groups: Vec<u16>,
    pub(super) point_formats: Vec<u8>,
    pub(super) signature_algorithms: Vec<u16>,
    pub(super) supported_versions: Vec<u16>,
    /// The first protocol of ALPN.
    pub(super) first_alpn: Option<Vec<u8>>,
}

impl ClientHello {
    /// Reads the records of a handshake's beginning; `None` where they are no whole ClientHello.
    pub(super) fn parse(records: &[u8]) -> Option<Self> {
        let message = handshake(records)?;
        let mut reader = Reader(&message);
        (reader.u8()? == 1).then_some(())?;
        let length = reader.u24()?;
        let mut body = Reader(reader.take(length)?);
        let version = body.u16()?;
        body.take(32)?;
        let session = usize::from(body.u8()?);
        body.take(session)?;
        let mut hello = Self {
            version,
            ciphers: body.vector()?.u16s(),
            ..Self::default()
        };
        let compression = usize::from(body.u8()?);
        body.take(compression)?;
        // A client may end here: extensions came with TLS 1.0's extensions.
        if !body.0.is_empty() {
            let mut extensions = body.vector()?;
            while !extensions.0.is_empty() {
                let kind = extensions.u16()?;
                let content = extensions.vector()?;
                hello.extensions.push(kind);
                hello.extension(kind, content);
            }
        }
        Some(hello)
    }

    /// What can't be read is taken for empty; the handshake itself will complain.
    fn extension(&mut self, kind: u16, mut content: Reader<'_>) {
        match kind {
            10 => self.groups = content.vector().map(Reader::u16s).unwrap_or_default(),
            11 => {
                let formats = content.u8().and_then(|length| content.take(length.into()));
                self.point_formats = formats.unwrap_or_default().to_vec();
            }
            13 => self.signature_algorithms = content.vector().map(Reader::u16s).unwrap_or_default(),
            16 => {
                let first = content.vector().and_then(|mut list| {
                    let length = list.u8()?;
                    list.take(length.into())
                });
                self.first_alpn = first.map(<[u8]>::to_vec);
            }
            43 => {
                let versions = content.u8().and_then(|length| content.take(length.into()));
                self.supported_versions = Reader(versions.unwrap_or_default()).u16s();
            }
            _ => {}
        }
    }
}

/// The handshake message that the records carry, which may be several.
fn handshake(records: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader(records);
    let mut message = Vec::with_capacity(records.len());
    while let Some(kind) = reader.u8() {
        (kind == 22).then_some(())?;
        reader.u16()?;
        let fragment = reader.vector()?;
        message.extend_from_slice(fragment.0);
        let whole = message.get(1..4).map(|length| {
            4 + (usize::from(length[0]) << 16 | usize::from(length[1]) << 8 | usize::from(length[2]))
        });
        if whole.is_some_and(|whole| message.len() >= whole) {
            return Some(message);
        }
    }
    None
}

/// Reads from the front; `None` at the end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn u24(&mut self) -> Option<usize> {
        self.take(3)
            .map(|bytes| usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]))
    }

    /// Bytes behind their length in two bytes.
    fn vector(&mut self) -> Option<Reader<'a>> {
        let length = self.u16()?;
        self.take(length.into()).map(Reader)
    }

    fn u16s(self) -> Vec<u16> {
        let pairs = self.0.chunks_exact(2);
        pairs.map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_is_no_hello() {
        let whole = super::super::fingerprint::tests::chrome().1;
        assert!(ClientHello::parse(&whole).is_some());
        for end in 0..whole.len() {
            assert_eq!(ClientHello::parse(&whole[..end]), None, "{end}");
        }
    }

    #[test]
    fn a_hello_in_several_records_is_the_same() {
        let (hello, whole) = super::super::fingerprint::tests::chrome();
        let (first, second) = whole[5..].split_at(20);
        let mut records = Vec::new();
        for part in [first, second] {
            records.extend_from_slice(&[22, 3, 1]);
            records.extend_from_slice(&u16::try_from(part.len()).expect("short").to_be_bytes());
            records.extend_from_slice(part);
        }
        assert_eq!(ClientHello::parse(&records), Some(hello));
    }
}
