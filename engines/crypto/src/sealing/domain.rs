//! The key of one account and Region.

use serde::{Deserialize, Serialize};

use super::{Binding, Sealed, SealingKeyId};
use crate::error::CryptoError;
use crate::secret::{KeyBytes, Plaintext};

/// Seals the secrets of one account in one Region.
#[derive(Debug)]
pub struct DomainKey {
    key: KeyBytes,
    id: SealingKeyId,
}

impl DomainKey {
    /// A new random domain key. It is worth nothing until [`RootKey::wrap`](super::RootKey::wrap) made it
    /// storable.
    pub fn generate() -> Result<Self, CryptoError> {
        Self::new(KeyBytes::generate()?)
    }

    pub(super) fn new(key: KeyBytes) -> Result<Self, CryptoError> {
        Ok(Self {
            id: SealingKeyId::of(&key)?,
            key,
        })
    }

    pub(super) fn key(&self) -> &KeyBytes {
        &self.key
    }

    /// The key's public name.
    pub fn id(&self) -> SealingKeyId {
        self.id
    }

    /// Seals a secret for its owner.
    pub fn seal(&self, binding: &Binding, secret: &[u8]) -> Result<Sealed, CryptoError> {
        Sealed::seal(&self.key, self.id, binding, secret)
    }

    /// Opens a record of the same owner and purpose.
    pub fn open(&self, binding: &Binding, sealed: &Sealed) -> Result<Plaintext, CryptoError> {
        sealed.open(&self.key, self.id, binding)
    }
}

/// A domain key under the root key: storable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WrappedDomainKey(pub(super) Sealed);

impl WrappedDomainKey {
    /// The root key that wrapped it.
    pub fn wrapped_by(&self) -> SealingKeyId {
        self.0.sealed_by()
    }
}
