//! A sealed record and its format.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::Binding;
use crate::aead;
use crate::derive::{self, Label};
use crate::error::CryptoError;
use crate::secret::{KeyBytes, Plaintext};

const VERSION: u8 = 1;
const HEADER: usize = 1 + SealingKeyId::LEN;

/// The public name of a root or domain key: it tells a wrong key from a damaged record.
///
/// A pseudo-random value derived from the key; it says nothing about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealingKeyId([u8; Self::LEN]);

impl SealingKeyId {
    const LEN: usize = 8;

    pub(crate) fn of(key: &KeyBytes) -> Result<Self, CryptoError> {
        let mut id = [0; Self::LEN];
        derive::derive(key.expose(), Label::SealingKeyId, b"", &mut id)?;
        Ok(Self(id))
    }
}

impl fmt::Display for SealingKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SealingKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKeyId({self})")
    }
}

/// A secret as it may rest on disk.
///
/// Format, version 1: version byte ‖ id of the sealing key (8) ‖ derivation nonce (16) ‖ IV (12) ‖ AES-256-GCM
/// ciphertext ‖ tag (16). The GCM key is derived from the sealing key and the nonce; all that precedes the
/// ciphertext is authenticated, and the [`Binding`] with it. In JSON a base64 string.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// A record from its bytes. Only the outer form is checked here; opening checks the rest.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, CryptoError> {
        match bytes.first() {
            None => Err(CryptoError::SealBroken),
            Some(&version) if version != VERSION => Err(CryptoError::UnknownFormat(version)),
            Some(_) if bytes.len() < HEADER + aead::SALT + aead::TAG => Err(CryptoError::SealBroken),
            Some(_) => Ok(Self(bytes)),
        }
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that sealed the record.
    pub fn sealed_by(&self) -> SealingKeyId {
        let mut id = [0; SealingKeyId::LEN];
        id.copy_from_slice(&self.0[1..HEADER]);
        SealingKeyId(id)
    }

    pub(super) fn seal(
        key: &KeyBytes,
        id: SealingKeyId,
        binding: &Binding,
        secret: &[u8],
    ) -> Result<Self, CryptoError> {
        let mut header = Vec::with_capacity(HEADER + aead::SALT + secret.len() + aead::TAG);
        header.push(VERSION);
        header.extend_from_slice(&id.0);
        aead::seal(key, Label::Seal, header, binding.as_bytes(), secret).map(Self)
    }

    pub(super) fn open(
        &self,
        key: &KeyBytes,
        id: SealingKeyId,
        binding: &Binding,
    ) -> Result<Plaintext, CryptoError> {
        if self.sealed_by() != id {
            return Err(CryptoError::SealedByAnotherKey {
                sealed_by: self.sealed_by(),
                at_hand: id,
            });
        }
        aead::open(key, Label::Seal, &self.0, HEADER, binding.as_bytes()).ok_or(CryptoError::SealBroken)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes by {})", self.0.len(), self.sealed_by())
    }
}

impl Serialize for Sealed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        let bytes = STANDARD
            .decode(text.as_bytes())
            .map_err(serde::de::Error::custom)?;
        Self::from_bytes(bytes).map_err(serde::de::Error::custom)
    }
}
