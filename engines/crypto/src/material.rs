//! The material of a KMS key, whatever its spec: made, imported, sealed and opened by one type.

use crate::error::CryptoError;
use crate::hmac::HmacKey;
use crate::material_id::MaterialId;
use crate::pair::PrivateKey;
use crate::secret::{KeyBytes, Plaintext};
use crate::spec::KeySpec;

/// The AES-256 material of a symmetric KMS key. [`crate::envelope`] encrypts with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymmetricKey(KeyBytes);

impl SymmetricKey {
    /// New random material.
    pub fn generate() -> Result<Self, CryptoError> {
        KeyBytes::generate().map(Self)
    }

    /// Material from imported or stored bytes: 32 of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoError> {
        KeyBytes::from_slice(bytes)
            .map(Self)
            .ok_or(CryptoError::MaterialLength {
                spec: KeySpec::Symmetric,
                expected: KeyBytes::LEN,
                actual: bytes.len(),
            })
    }

    pub(crate) fn secret(&self) -> &KeyBytes {
        &self.0
    }
}

/// The material of a KMS key, parsed and ready for use; keep it, parsing is the dear part.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyMaterial {
    /// Of a symmetric encryption key.
    Symmetric(SymmetricKey),
    /// Of an HMAC key.
    Hmac(Box<HmacKey>),
    /// Of an asymmetric key.
    Pair(Box<PrivateKey>),
}

impl KeyMaterial {
    /// New material. RSA takes between 50 ms and a second: call it away from async threads.
    pub fn generate(spec: KeySpec) -> Result<Self, CryptoError> {
        Ok(match spec {
            KeySpec::Symmetric => Self::Symmetric(SymmetricKey::generate()?),
            KeySpec::Hmac(spec) => Self::Hmac(Box::new(HmacKey::generate(spec)?)),
            KeySpec::Pair(spec) => Self::Pair(Box::new(PrivateKey::generate(spec)?)),
        })
    }

    /// Material from bytes that were imported, or sealed as [`KeyMaterial::to_bytes`]: raw bytes for symmetric
    /// and HMAC keys, PKCS#8 for pairs. Material that does not fit the spec is refused.
    pub fn from_bytes(spec: KeySpec, bytes: &[u8]) -> Result<Self, CryptoError> {
        Ok(match spec {
            KeySpec::Symmetric => Self::Symmetric(SymmetricKey::from_bytes(bytes)?),
            KeySpec::Hmac(spec) => Self::Hmac(Box::new(HmacKey::from_bytes(spec, bytes)?)),
            KeySpec::Pair(spec) => Self::Pair(Box::new(PrivateKey::from_pkcs8(spec, bytes)?)),
        })
    }

    /// The canonical bytes: equal for equal material, however it was encoded when it came in.
    pub fn to_bytes(&self) -> Result<Plaintext, CryptoError> {
        Ok(match self {
            Self::Symmetric(key) => Plaintext::copy_of(key.0.expose()),
            Self::Hmac(key) => key.to_bytes(),
            Self::Pair(key) => key.to_pkcs8()?,
        })
    }

    /// The material's spec.
    pub fn spec(&self) -> KeySpec {
        match self {
            Self::Symmetric(_) => KeySpec::Symmetric,
            Self::Hmac(key) => KeySpec::Hmac(key.spec()),
            Self::Pair(key) => KeySpec::Pair(key.spec()),
        }
    }

    /// The material's id in the KMS key `key_id`; see [`MaterialId`].
    pub fn id(&self, key_id: &str) -> Result<MaterialId, CryptoError> {
        MaterialId::of(key_id, self.to_bytes()?.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{HmacSpec, KeyPairSpec};

    #[test]
    fn material_survives_its_bytes_with_the_same_id() {
        for spec in [
            KeySpec::Symmetric,
            KeySpec::Hmac(HmacSpec::Sha512),
            KeySpec::Pair(KeyPairSpec::P256),
            KeySpec::Pair(KeyPairSpec::Ed25519),
            KeySpec::Pair(KeyPairSpec::MlDsa44),
            KeySpec::Pair(KeyPairSpec::MlKem512),
        ] {
            let material = KeyMaterial::generate(spec).unwrap();
            let again = KeyMaterial::from_bytes(spec, material.to_bytes().unwrap().expose()).unwrap();
            assert_eq!(again.spec(), spec);
            assert_eq!(material.id("k").unwrap(), again.id("k").unwrap());
        }
    }

    #[test]
    fn material_of_another_length_or_kind_is_refused() {
        assert!(matches!(
            KeyMaterial::from_bytes(KeySpec::Symmetric, &[1; 16]),
            Err(CryptoError::MaterialLength {
                expected: 32,
                actual: 16,
                ..
            })
        ));
        let p256 = KeyMaterial::generate(KeySpec::Pair(KeyPairSpec::P256))
            .unwrap()
            .to_bytes()
            .unwrap();
        assert!(matches!(
            KeyMaterial::from_bytes(KeySpec::Pair(KeyPairSpec::P384), p256.expose()),
            Err(CryptoError::InvalidPrivateKey(KeyPairSpec::P384))
        ));
    }
}
