//! The root of the hierarchy.

use super::{Binding, DomainKey, Sealed, SealingKeyId, WrappedDomainKey};
use crate::error::CryptoError;
use crate::secret::KeyBytes;

/// The purpose to which a root key is bound under its seal.
const ROOT: &str = "root-key";

/// The key from which all others of a deployment hang. A seal keeps it while the server is stopped.
#[derive(Debug, Clone)]
pub struct RootKey {
    key: KeyBytes,
    id: SealingKeyId,
}

impl RootKey {
    /// A new random root key.
    pub fn generate() -> Result<Self, CryptoError> {
        Self::from_key(KeyBytes::generate()?)
    }

    /// A root key from the bytes that a seal gave back.
    pub fn from_key(key: KeyBytes) -> Result<Self, CryptoError> {
        Ok(Self {
            id: SealingKeyId::of(&key)?,
            key,
        })
    }

    /// The key's public name: the check value by which a seal knows that it opened the right root.
    pub fn id(&self) -> SealingKeyId {
        self.id
    }

    /// The bytes, for a seal to close over.
    pub fn key(&self) -> &KeyBytes {
        &self.key
    }

    /// Wraps the root under a seal's key-encryption key.
    pub fn wrap_under(&self, kek: &KeyBytes) -> Result<Sealed, CryptoError> {
        Sealed::seal(
            kek,
            SealingKeyId::of(kek)?,
            &Binding::new(ROOT),
            self.key.expose(),
        )
    }

    /// Opens what [`RootKey::wrap_under`] made with the same key-encryption key.
    pub fn unwrap_with(kek: &KeyBytes, sealed: &Sealed) -> Result<Self, CryptoError> {
        let key = sealed.open(kek, SealingKeyId::of(kek)?, &Binding::new(ROOT))?;
        Self::from_key(KeyBytes::from_slice(key.expose()).ok_or(CryptoError::SealBroken)?)
    }

    /// Wraps the domain key of an account and Region.
    pub fn wrap(
        &self,
        account: &str,
        region: &str,
        domain: &DomainKey,
    ) -> Result<WrappedDomainKey, CryptoError> {
        Sealed::seal(&self.key, self.id, &owner(account, region), domain.key().expose()).map(WrappedDomainKey)
    }

    /// Unwraps the domain key of an account and Region; the key of another one is refused.
    pub fn unwrap(
        &self,
        account: &str,
        region: &str,
        wrapped: &WrappedDomainKey,
    ) -> Result<DomainKey, CryptoError> {
        let key = wrapped.0.open(&self.key, self.id, &owner(account, region))?;
        DomainKey::new(KeyBytes::from_slice(key.expose()).ok_or(CryptoError::SealBroken)?)
    }

    /// Wraps a domain key of this root under `next`: the exchange of the root key, in which no data is touched.
    pub fn rewrap(
        &self,
        next: &Self,
        account: &str,
        region: &str,
        wrapped: &WrappedDomainKey,
    ) -> Result<WrappedDomainKey, CryptoError> {
        next.wrap(account, region, &self.unwrap(account, region, wrapped)?)
    }
}

impl PartialEq for RootKey {
    /// Constant in time.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for RootKey {}

fn owner(account: &str, region: &str) -> Binding {
    Binding::new("domain-key").with(account).with(region)
}
