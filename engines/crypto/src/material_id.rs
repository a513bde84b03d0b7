//! The public name of key material.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::derive::{self, Label};
use crate::error::CryptoError;

/// Names one version of a KMS key's material: 32 bytes, 64 hexadecimal digits in APIs.
///
/// As with AWS, the id follows from the KMS key's id and the material, so that importing the same material
/// into the same key again gives the same id, and into another key a different one.
///
/// It is a pseudo-random function of the key id *keyed with the material* (KBKDF-HMAC-SHA-256), not a hash of
/// the material: ids appear in API answers, audit records and every ciphertext, and a plain hash would let
/// anyone who sees them test guesses and recognise one material in two keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaterialId([u8; Self::LEN]);

impl MaterialId {
    /// The length in bytes.
    pub const LEN: usize = 32;

    /// The id of `material` (its canonical bytes, see [`KeyMaterial::to_bytes`](crate::KeyMaterial::to_bytes))
    /// in the KMS key `key_id`.
    pub fn of(key_id: &str, material: &[u8]) -> Result<Self, CryptoError> {
        let mut id = [0; Self::LEN];
        derive::derive(material, Label::MaterialId, key_id.as_bytes(), &mut id)?;
        Ok(Self(id))
    }

    /// An id from its bytes, as a ciphertext header carries them.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every Encrypt and GenerateDataKey writes one: no formatting machinery per byte.
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 2 * Self::LEN];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 0x0f)];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaterialId({self})")
    }
}

impl FromStr for MaterialId {
    type Err = CryptoError;

    fn from_str(text: &str) -> Result<Self, CryptoError> {
        let digits = text.as_bytes();
        let mut id = [0; Self::LEN];
        if digits.len() != 2 * Self::LEN {
            return Err(CryptoError::InvalidMaterialId);
        }
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Ok(Self(id))
    }
}

fn hex_digit(digit: u8) -> Result<u8, CryptoError> {
    char::from(digit)
        .to_digit(16)
        .map(|value| value as u8)
        .ok_or(CryptoError::InvalidMaterialId)
}

impl Serialize for MaterialId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MaterialId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_material_in_the_same_key_has_the_same_id() {
        let id = MaterialId::of("key-a", &[1; 32]).unwrap();
        assert_eq!(id, MaterialId::of("key-a", &[1; 32]).unwrap());
        assert_ne!(id, MaterialId::of("key-b", &[1; 32]).unwrap());
        assert_ne!(id, MaterialId::of("key-a", &[2; 32]).unwrap());
    }

    #[test]
    fn text_is_64_lower_case_hexadecimal_digits_and_parses_back() {
        let id = MaterialId::of("key-a", &[1; 32]).unwrap();
        let text = id.to_string();
        assert_eq!(text.len(), 64);
        assert!(
            text.bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        );
        assert_eq!(text.parse::<MaterialId>().unwrap(), id);
        assert_eq!(
            text[1..].parse::<MaterialId>(),
            Err(CryptoError::InvalidMaterialId)
        );
        assert_eq!(
            "+g".repeat(32).parse::<MaterialId>(),
            Err(CryptoError::InvalidMaterialId)
        );
    }
}
