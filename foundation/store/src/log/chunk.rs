//! How records are packed into chunks, and back.
//!
//! The format (all numbers big-endian), behind one byte of version: for each record `time i64`, `id [16]`,
//! `terms u16`, per term `length u16` and text, `length u32` and body. Version 1 has the records as they are; version
//! 2 has `length u32` and the records as one LZ4 block of that length when opened. The records of one group are much
//! alike, so that a fifth and less is left of them, and writing the rest would cost more than compressing does.
//!
//! The summary is a sorted run of 4-byte hashes, so that any database that can search bytes can skip a chunk by
//! itself; a match that straddles two hashes only costs a look inside.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::{Direction, LogRecord, StoreError, Terms};

const PLAIN: u8 = 1;
const COMPRESSED: u8 = 2;
/// Below it there is next to nothing that repeats itself.
const WORTH_COMPRESSING: usize = 2048;
/// No LZ4 block opens to more than so many times its length.
const LZ4_AT_MOST: usize = 255;
const MAX_CHUNK_BYTES: usize = 256 << 10;
const TIME_AND_ID: usize = 8 + 16;

/// The longest time that one chunk covers. It bounds how far behind a time its chunk can begin, and so lets backends
/// find a page in the middle of a stream by one index.
pub const MAX_SPAN_MS: i64 = 10_000;

/// The hash of an index term.
pub type TermHash = [u8; 4];

/// Records of one stream that were committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The stream.
    pub stream: String,
    /// The oldest record's time.
    pub first: i64,
    /// The newest record's time.
    pub last: i64,
    /// Tells chunks of the same time apart; given by the backend.
    pub seq: i64,
    /// The sorted hashes of all terms.
    pub terms: Bytes,
    /// The records, ordered by time and id.
    pub records: Bytes,
}

/// A place between chunks: the edge of a chunk (`first` forward, `last` backward) and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkPosition {
    /// `first` or `last`.
    pub edge: i64,
    /// The chunk's number.
    pub seq: i64,
}

/// Asks a backend for the chunks of a stream that overlap a time: forward ordered by (`first`, `seq`), backward by
/// (`last`, `seq`) descending, beginning behind `after`.
#[derive(Clone, Debug)]
pub struct ChunkQuery {
    /// The stream.
    pub stream: String,
    /// Chunks whose `last` is at least this.
    pub from_ms: i64,
    /// Chunks whose `first` is at most this.
    pub to_ms: i64,
    /// Only chunks whose summary contains this.
    pub term: Option<TermHash>,
    /// The order.
    pub direction: Direction,
    /// Where the last answer ended.
    pub after: Option<ChunkPosition>,
    /// The most chunks to return.
    pub limit: usize,
}

impl ChunkQuery {
    /// The bounds of the edge by which the order goes, implied by the time range and [`MAX_SPAN_MS`].
    pub fn edge_bounds(&self) -> (i64, i64) {
        match self.direction {
            Direction::Forward => (self.from_ms.saturating_sub(MAX_SPAN_MS), self.to_ms),
            Direction::Backward => (self.from_ms, self.to_ms.saturating_add(MAX_SPAN_MS)),
        }
    }

    /// Whether a chunk belongs into the answer, leaving the order and the limit aside.
    pub fn wants(&self, chunk: &Chunk) -> bool {
        chunk.stream == self.stream
            && chunk.last >= self.from_ms
            && chunk.first <= self.to_ms
            && self.term.is_none_or(|term| chunk.may_contain(term))
    }
}

impl Chunk {
    /// Whether a record of this chunk may carry the term.
    pub fn may_contain(&self, term: TermHash) -> bool {
        self.terms.windows(term.len()).any(|window| window == term)
    }

    /// Where the chunk stands in an order.
    pub fn position(&self, direction: Direction) -> ChunkPosition {
        let edge = match direction {
            Direction::Forward => self.first,
            Direction::Backward => self.last,
        };
        ChunkPosition { edge, seq: self.seq }
    }
}

/// FNV-1a with a final mix. Part of the stored format: it must never change.
pub fn term_hash(term: &str) -> TermHash {
    let hash = term.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ((hash ^ (hash >> 32)) as u32).to_be_bytes()
}

/// Packs records into chunks, one or more per stream. The backend sets `seq`.
pub fn pack(records: &[LogRecord]) -> Vec<Chunk> {
    // Their places are sorted rather than they themselves: a record is some hundred bytes to move.
    let mut order: Vec<&LogRecord> = records.iter().collect();
    order.sort_unstable_by(|a, b| (&a.stream, a.time, &a.id).cmp(&(&b.stream, b.time, &b.id)));
    let mut chunks = Vec::new();
    for of_one in order.chunk_by(|a, b| a.stream == b.stream) {
        let mut rest = of_one;
        while !rest.is_empty() {
            let (chunk, others) = rest.split_at(fitting(rest));
            chunks.push(pack_one(&chunk[0].stream, chunk));
            rest = others;
        }
    }
    chunks
}

/// How many of the records, at least one, go into one chunk.
fn fitting(records: &[&LogRecord]) -> usize {
    let last_time = records[0].time.saturating_add(MAX_SPAN_MS);
    let mut bytes = 0;
    let fits = records.iter().take_while(|record| {
        bytes += encoded_len(record);
        record.time <= last_time && bytes <= MAX_CHUNK_BYTES
    });
    fits.count().max(1)
}

fn encoded_len(record: &LogRecord) -> usize {
    TIME_AND_ID + 2 + record.terms.packed().len() + 4 + record.body.len()
}

fn pack_one(stream: &str, records: &[&LogRecord]) -> Chunk {
    let mut bytes =
        BytesMut::with_capacity(1 + records.iter().map(|record| encoded_len(record)).sum::<usize>());
    let mut hashes = Vec::new();
    bytes.put_u8(PLAIN);
    for record in records {
        bytes.put_i64(record.time);
        bytes.put_slice(&record.id);
        bytes.put_u16(record.terms.count());
        hashes.extend(record.terms.iter().map(term_hash));
        bytes.put_slice(record.terms.packed());
        bytes.put_u32(record.body.len() as u32);
        bytes.put_slice(&record.body);
    }
    hashes.sort_unstable();
    hashes.dedup();
    Chunk {
        stream: stream.to_owned(),
        first: records[0].time,
        last: records[records.len() - 1].time,
        seq: 0,
        terms: hashes.concat().into(),
        records: compressed(bytes),
    }
}

fn compressed(plain: BytesMut) -> Bytes {
    if plain.len() < WORTH_COMPRESSING {
        return plain.freeze();
    }
    let records = &plain[1..];
    let mut out = vec![0; 5 + lz4_flex::block::get_maximum_output_size(records.len())];
    out[0] = COMPRESSED;
    out[1..5].copy_from_slice(&(records.len() as u32).to_be_bytes());
    match lz4_flex::block::compress_into(records, &mut out[5..]) {
        Ok(length) if 5 + length < plain.len() => {
            out.truncate(5 + length);
            out.into()
        }
        _ => plain.freeze(),
    }
}

/// The records without what comes before them; `None` if they are of no version that we know, or damaged.
fn opened(chunk: &Bytes) -> Option<Bytes> {
    let mut bytes = chunk.clone();
    match bytes.try_get_u8().ok()? {
        PLAIN => Some(bytes),
        COMPRESSED => {
            let length = bytes.try_get_u32().ok()? as usize;
            if length > bytes.len().saturating_mul(LZ4_AT_MOST) {
                return None;
            }
            let records = lz4_flex::block::decompress(&bytes, length).ok()?;
            (records.len() == length).then(|| records.into())
        }
        _ => None,
    }
}

/// The records of a chunk.
pub fn decode(chunk: &Chunk) -> Result<Vec<LogRecord>, StoreError> {
    let damaged = || {
        let place = format!("log/{}/{}/{}", chunk.stream, chunk.first, chunk.seq);
        let key = crate::KeyBuilder::table("log", &place).finish();
        StoreError::Corrupt {
            key,
            reason: "it is no chunk of log records".into(),
        }
    };
    let mut bytes = opened(&chunk.records).ok_or_else(damaged)?;
    let mut records = Vec::new();
    while !bytes.is_empty() {
        records.push(decode_one(&chunk.stream, &mut bytes).ok_or_else(damaged)?);
    }
    Ok(records)
}

fn decode_one(stream: &str, bytes: &mut Bytes) -> Option<LogRecord> {
    let time = bytes.try_get_i64().ok()?;
    let mut id = [0; 16];
    bytes.try_copy_to_slice(&mut id).ok()?;
    let count = bytes.try_get_u16().ok()?;
    let terms = Terms::read(count, bytes)?;
    bytes.advance(terms.packed().len());
    let len = bytes.try_get_u32().ok()? as usize;
    let body = take(bytes, len)?;
    Some(LogRecord {
        stream: stream.to_owned(),
        time,
        id,
        terms,
        body,
    })
}

fn take(bytes: &mut Bytes, len: usize) -> Option<Bytes> {
    (bytes.len() >= len).then(|| bytes.split_to(len))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> impl Strategy<Value = LogRecord> {
        let terms = prop::collection::vec("[a-z]{0,5}=[a-zé]{0,3}", 0..4);
        (
            "[ab]",
            -20_000..20_000_i64,
            any::<[u8; 16]>(),
            terms,
            prop::collection::vec(any::<u8>(), 0..50),
        )
            .prop_map(|(stream, time, id, terms, body)| LogRecord {
                stream,
                time,
                id,
                terms: terms.into_iter().collect(),
                body: body.into(),
            })
    }

    proptest! {
        #[test]
        fn every_record_comes_back_from_the_chunks_in_order(records in prop::collection::vec(record(), 0..30)) {
            let chunks = pack(&records);
            let mut unpacked = Vec::new();
            for chunk in &chunks {
                let inside = decode(chunk).unwrap();
                prop_assert!(chunk.last - chunk.first <= MAX_SPAN_MS);
                prop_assert_eq!((chunk.first, chunk.last), (inside[0].time, inside[inside.len() - 1].time));
                for term in inside.iter().flat_map(|record| record.terms.iter()) {
                    prop_assert!(chunk.may_contain(term_hash(term)));
                }
                unpacked.extend(inside);
            }
            let mut expected = records;
            expected.sort_by_key(|record| (record.stream.clone(), record.time, record.id));
            prop_assert_eq!(unpacked, expected);
        }

        #[test]
        fn damaged_chunks_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let chunk = Chunk { stream: "s".into(), first: 0, last: 0, seq: 0, terms: Bytes::new(), records: bytes.into() };
            let _ = decode(&chunk);
        }
    }

    #[test]
    fn records_that_are_alike_take_little_room_and_come_back() {
        let body = "{\"eventName\":\"Encrypt\",\"awsRegion\":\"eu-north-1\"}".repeat(20);
        let records: Vec<_> = (0..64_u8)
            .map(|n| LogRecord {
                stream: "s".into(),
                time: i64::from(n),
                id: [n; 16],
                terms: ["EventName=Encrypt"].into_iter().collect(),
                body: body.clone().into(),
            })
            .collect();
        let chunks = pack(&records);
        assert!(chunks[0].records.len() * 10 < 64 * body.len());
        assert_eq!(decode(&chunks[0]).unwrap(), records);
    }

    /// Chunks of version 1, as every data directory before LZ4 has them.
    #[test]
    fn chunks_of_records_as_they_are_open_for_ever() {
        let mut records = BytesMut::new();
        records.put_u8(1);
        records.put_i64(7);
        records.put_slice(&[9; 16]);
        records.put_u16(1);
        records.put_u16(3);
        records.put_slice(b"a=b");
        records.put_u32(2);
        records.put_slice(b"{}");
        let chunk = Chunk {
            stream: "s".into(),
            first: 7,
            last: 7,
            seq: 0,
            terms: Bytes::new(),
            records: records.freeze(),
        };
        let expected = LogRecord {
            stream: "s".into(),
            time: 7,
            id: [9; 16],
            terms: ["a=b"].into_iter().collect(),
            body: Bytes::from_static(b"{}"),
        };
        assert_eq!(decode(&chunk).unwrap(), [expected]);
    }

    #[test]
    fn a_block_that_claims_to_be_huge_is_refused() {
        let records = [&[COMPRESSED][..], &u32::MAX.to_be_bytes(), &[0; 40]].concat();
        let chunk = Chunk {
            stream: "s".into(),
            first: 0,
            last: 0,
            seq: 0,
            terms: Bytes::new(),
            records: records.into(),
        };
        assert!(decode(&chunk).is_err());
    }

    #[test]
    fn the_hash_is_the_stored_format_and_stays() {
        assert_eq!(term_hash("EventName=CreateKey"), [206, 189, 223, 253]);
    }

    #[test]
    fn a_chunk_does_not_grow_beyond_its_size_unless_one_record_does() {
        let records: Vec<_> = (0..10_u8)
            .map(|n| LogRecord {
                stream: "s".into(),
                time: 0,
                id: [n; 16],
                terms: Terms::default(),
                body: vec![0; if n == 0 { MAX_CHUNK_BYTES * 2 } else { 100_000 }].into(),
            })
            .collect();
        let sizes: Vec<usize> = pack(&records)
            .iter()
            .map(|chunk| decode(chunk).unwrap().len())
            .collect();
        assert_eq!(sizes, [1, 2, 2, 2, 2, 1]);
    }
}
