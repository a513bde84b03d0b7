//! MD5 and SHA256, both in raw binary form.

use super::Outcome;
use md5::{Digest, Md5};
use sha2::Sha256;

pub(super) fn md5(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    out.extend_from_slice(&Md5::digest(input));
    Outcome::Written
}

pub(super) fn sha256(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    out.extend_from_slice(&Sha256::digest(input));
    Outcome::Written
}
