//! The clear part of a ciphertext blob.

use crate::aead;
use crate::error::CryptoError;
use crate::material_id::MaterialId;

const VERSION: u8 = 1;
const FLAGS: u8 = 0;
const FIXED: usize = 3;

/// What a blob says of itself. Not to be believed before the blob was decrypted: it is authenticated then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiphertextHeader<'a> {
    /// The id of the KMS key: a UUID, `mrk-…`, or a custom one.
    pub key_id: &'a str,
    /// The material that encrypted the blob.
    pub material_id: MaterialId,
}

impl<'a> CiphertextHeader<'a> {
    /// Reads the header of a blob from anywhere. Never panics; whatever is not a whole blob of a known version
    /// is an error.
    pub fn parse(blob: &'a [u8]) -> Result<Self, CryptoError> {
        const INVALID: CryptoError = CryptoError::InvalidCiphertext;
        let (&[version, flags, key_id_len], rest) = blob.split_first_chunk::<FIXED>().ok_or(INVALID)?;
        if version != VERSION {
            return Err(CryptoError::UnknownFormat(version));
        }
        if flags != FLAGS || key_id_len == 0 {
            return Err(INVALID);
        }
        let (key_id, rest) = rest.split_at_checked(usize::from(key_id_len)).ok_or(INVALID)?;
        let (material_id, body) = rest.split_first_chunk::<{ MaterialId::LEN }>().ok_or(INVALID)?;
        if body.len() < aead::SALT + aead::TAG {
            return Err(INVALID);
        }
        let key_id = std::str::from_utf8(key_id).map_err(|_| INVALID)?;
        Ok(Self {
            key_id,
            material_id: MaterialId::from_bytes(*material_id),
        })
    }

    /// The length in bytes, without the salt that follows.
    #[expect(clippy::len_without_is_empty, reason = "a header is never empty")]
    pub fn len(&self) -> usize {
        FIXED + self.key_id.len() + MaterialId::LEN
    }
}

/// A header with room for `spare` bytes behind it.
pub(super) fn write(key_id: &str, material_id: &MaterialId, spare: usize) -> Result<Vec<u8>, CryptoError> {
    let key_id_len = u8::try_from(key_id.len())
        .ok()
        .filter(|len| *len > 0)
        .ok_or(CryptoError::KeyIdLength(key_id.len()))?;
    let mut out = Vec::with_capacity(FIXED + key_id.len() + MaterialId::LEN + spare);
    out.extend_from_slice(&[VERSION, FLAGS, key_id_len]);
    out.extend_from_slice(key_id.as_bytes());
    out.extend_from_slice(material_id.as_bytes());
    Ok(out)
}
