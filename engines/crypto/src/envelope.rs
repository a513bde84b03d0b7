//! The ciphertext blob of a symmetric KMS key.
//!
//! AWS documents that its blobs name key and material in an authenticated header and are opaque to clients;
//! the format is its own business, and so is ours:
//!
//! ```text
//! version 0x01 │ flags 0x00 │ len │ key id (1–255) │ material id (32) │ nonce (16) │ IV (12) │ ciphertext │ tag (16)
//! └──────────────────────── authenticated, with the encryption context ───────────────────┘
//! ```
//!
//! Each blob has a key of its own, derived from the material and the nonce by KBKDF-CTR-HMAC-SHA-256: nothing
//! limits how often a KMS key may encrypt. 4,096 bytes of plaintext give at most 4,430, well below the 6,144
//! that the API allows.
//!
//! The material id is a pseudo-random function of the material ([`MaterialId`]), so the header commits to the
//! material: no blob opens under two of them.

mod context;
mod header;

pub use context::CanonicalContext;
pub use header::CiphertextHeader;

use crate::aead;
use crate::derive::Label;
use crate::error::CryptoError;
use crate::material::SymmetricKey;
use crate::material_id::MaterialId;
use crate::secret::Plaintext;

/// Encrypts under `material`, naming it in the blob.
pub fn encrypt(
    material: &SymmetricKey,
    key_id: &str,
    material_id: &MaterialId,
    plaintext: &[u8],
    context: &CanonicalContext,
) -> Result<Vec<u8>, CryptoError> {
    let spare = aead::SALT + plaintext.len() + aead::TAG;
    let header = header::write(key_id, material_id, spare)?;
    aead::seal(
        material.secret(),
        Label::Envelope,
        header,
        context.as_bytes(),
        plaintext,
    )
}

/// Decrypts a blob with the material that its header names (see [`CiphertextHeader::parse`]).
///
/// Anything wrong, be it the material, the context or a flipped bit, is the one [`CryptoError::InvalidCiphertext`]:
/// the cause is nobody's business.
pub fn decrypt(
    material: &SymmetricKey,
    blob: &[u8],
    context: &CanonicalContext,
) -> Result<Plaintext, CryptoError> {
    let header = CiphertextHeader::parse(blob)?;
    aead::open(
        material.secret(),
        Label::Envelope,
        blob,
        header.len(),
        context.as_bytes(),
    )
    .ok_or(CryptoError::InvalidCiphertext)
}

#[cfg(test)]
mod tests;
