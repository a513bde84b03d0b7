//! The last line of the canonical request: the hash of the body.

use aws_lc_rs::digest::{SHA256, digest};
use http::HeaderMap;

use crate::parsed::{X_AMZ_CONTENT_SHA256, single};
use crate::percent::{Plus, decode};
use crate::presigned::pairs;
use crate::{Kind, Location, RequestView, SigError};

/// SHA-256 of nothing, in hex.
pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What S3 takes in place of a hash.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The body of the request.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// Its bytes; hashed only if the signature covers them.
    Bytes(&'a [u8]),
    /// Its SHA-256, already computed.
    Sha256([u8; 32]),
}

impl Body<'_> {
    /// Its SHA-256 in lower-case hex.
    pub(crate) fn hex(self) -> Payload {
        let mut digits = [0; 64];
        match self {
            Self::Bytes([]) => digits.copy_from_slice(EMPTY_SHA256.as_bytes()),
            Self::Bytes(bytes) => encode(digest(&SHA256, bytes).as_ref(), &mut digits),
            Self::Sha256(hash) => encode(&hash, &mut digits),
        }
        Payload::Hash(digits)
    }
}

/// Lower-case hex of a SHA-256.
pub(crate) fn encode(hash: &[u8], digits: &mut [u8; 64]) {
    hex::encode_to_slice(hash, digits).expect("32 bytes are 64 digits");
}

/// The payload's line.
#[derive(Clone, Copy)]
pub(crate) enum Payload {
    Hash([u8; 64]),
    Unsigned,
}

impl Payload {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Hash(digits) => digits,
            Self::Unsigned => UNSIGNED_PAYLOAD.as_bytes(),
        }
    }
}

/// The line that a valid signature covers.
///
/// It always stands for the bytes that were received: a declared hash counts only if the body has it, so a body
/// can't be changed under a signature. `UNSIGNED-PAYLOAD` is S3's alone.
pub(crate) fn canonical(
    view: &RequestView<'_>,
    location: Location,
    body: Body<'_>,
    kind: Kind,
) -> Result<Payload, SigError> {
    let declared = single(view.headers, &X_AMZ_CONTENT_SHA256)?;
    match kind {
        Kind::Standard => {
            let actual = body.hex();
            match declared {
                Some(declared) if declared != actual.as_bytes() => Err(SigError::MISMATCH),
                _ => Ok(actual),
            }
        }
        Kind::S3 => {
            let from_query = match (declared, location) {
                (None, Location::Query) => query_hash(view.query),
                _ => None,
            };
            match declared.or(from_query.as_deref()) {
                Some(declared) => s3(declared, body),
                None if location == Location::Query => Ok(Payload::Unsigned),
                None => Err(SigError::PayloadHashMissing),
            }
        }
    }
}

fn s3(declared: &[u8], body: Body<'_>) -> Result<Payload, SigError> {
    if declared == UNSIGNED_PAYLOAD.as_bytes() {
        return Ok(Payload::Unsigned);
    }
    if declared.starts_with(b"STREAMING-") {
        return Err(SigError::ChunkedPayload);
    }
    if declared.len() != 64 {
        return Err(SigError::PayloadHashMissing);
    }
    let actual = body.hex();
    if declared == actual.as_bytes() {
        Ok(actual)
    } else {
        Err(SigError::PayloadHashMismatch)
    }
}

fn query_hash(query: &str) -> Option<Vec<u8>> {
    pairs(query)
        .find(|(name, _)| *name == b"X-Amz-Content-Sha256")
        .map(|(_, value)| decode(value, Plus::Space).into_owned())
}

/// The line that a signer puts: the header if the caller set one, else the hash of the body.
pub(crate) fn to_sign(headers: &HeaderMap, body: Body<'_>) -> Payload {
    match headers.get(&X_AMZ_CONTENT_SHA256) {
        Some(value) if value == UNSIGNED_PAYLOAD => Payload::Unsigned,
        _ => body.hex(),
    }
}
