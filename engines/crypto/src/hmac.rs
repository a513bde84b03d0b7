//! HMAC KMS keys (RFC 2104 over SHA-2).

use std::fmt;

use aws_lc_rs::hmac;

use crate::error::CryptoError;
use crate::random;
use crate::secret::Plaintext;
use crate::spec::{HmacSpec, KeySpec};

/// An HMAC key, ready for use.
///
/// KMS makes and imports keys exactly as long as the digest, and so does this type.
pub struct HmacKey {
    spec: HmacSpec,
    bytes: Plaintext,
    key: hmac::Key,
}

impl HmacKey {
    /// A new random key.
    pub fn generate(spec: HmacSpec) -> Result<Self, CryptoError> {
        Ok(Self::new(spec, random::bytes(spec.key_len())?))
    }

    /// A key from imported or stored bytes; the length must be [`HmacSpec::key_len`].
    pub fn from_bytes(spec: HmacSpec, bytes: &[u8]) -> Result<Self, CryptoError> {
        if bytes.len() != spec.key_len() {
            return Err(CryptoError::MaterialLength {
                spec: KeySpec::Hmac(spec),
                expected: spec.key_len(),
                actual: bytes.len(),
            });
        }
        Ok(Self::new(spec, Plaintext::copy_of(bytes)))
    }

    fn new(spec: HmacSpec, bytes: Plaintext) -> Self {
        let key = hmac::Key::new(algorithm(spec), bytes.expose());
        Self { spec, bytes, key }
    }

    /// The key's spec.
    pub fn spec(&self) -> HmacSpec {
        self.spec
    }

    /// The key's bytes, for sealing.
    pub fn to_bytes(&self) -> Plaintext {
        self.bytes.clone()
    }

    /// The MAC of `message`, as long as the digest.
    pub fn mac(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, message).as_ref().to_vec()
    }

    /// Checks `mac` in constant time. A truncated MAC is refused.
    pub fn verify(&self, message: &[u8], mac: &[u8]) -> Result<(), CryptoError> {
        hmac::verify(&self.key, message, mac).map_err(|_| CryptoError::InvalidMac)
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HmacKey({}, redacted)", self.spec.name())
    }
}

fn algorithm(spec: HmacSpec) -> hmac::Algorithm {
    match spec {
        HmacSpec::Sha224 => hmac::HMAC_SHA224,
        HmacSpec::Sha256 => hmac::HMAC_SHA256,
        HmacSpec::Sha384 => hmac::HMAC_SHA384,
        HmacSpec::Sha512 => hmac::HMAC_SHA512,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_keys_are_as_long_as_the_digest_and_so_are_macs() {
        for spec in HmacSpec::ALL {
            let key = HmacKey::generate(spec).unwrap();
            assert_eq!(key.to_bytes().len(), spec.key_len());
            let mac = key.mac(b"message");
            assert_eq!(mac.len(), spec.key_len());
            key.verify(b"message", &mac).unwrap();
            assert_eq!(key.verify(b"massage", &mac), Err(CryptoError::InvalidMac));
            assert_eq!(key.verify(b"message", &mac[1..]), Err(CryptoError::InvalidMac));
            assert_eq!(key.verify(b"message", b""), Err(CryptoError::InvalidMac));
        }
    }

    #[test]
    fn keys_of_another_length_are_refused() {
        assert_eq!(
            HmacKey::from_bytes(HmacSpec::Sha384, &[0; 32]).unwrap_err(),
            CryptoError::MaterialLength {
                spec: KeySpec::Hmac(HmacSpec::Sha384),
                expected: 48,
                actual: 32
            }
        );
    }
}
