//! A public key of any spec.

use std::fmt;

use super::private::{Family, family};
use super::{
    Encapsulated, EncryptionAlgorithm, MessageType, SigningAlgorithm, ec, ed25519, ml_dsa, ml_kem, rsa,
};
use crate::error::CryptoError;
use crate::spec::KeyPairSpec;

/// A public key, parsed and ready for use by any number of threads.
pub struct PublicKey {
    spec: KeyPairSpec,
    spki: Vec<u8>,
    key: Key,
}

enum Key {
    Rsa(Box<rsa::Public>),
    Ec(ec::Public),
    Ed25519(ed25519::Public),
    MlDsa(ml_dsa::Public),
    MlKem(ml_kem::Public),
}

impl PublicKey {
    /// Parses a DER SubjectPublicKeyInfo of exactly this spec; bare keys and other encodings are refused.
    pub fn parse_spki(spec: KeyPairSpec, spki: &[u8]) -> Result<Self, CryptoError> {
        let key = match family(spec) {
            Family::Rsa => Key::Rsa(Box::new(rsa::Public::parse(spec, spki)?)),
            Family::Ec => Key::Ec(ec::Public::parse(spec, spki)?),
            Family::Ed25519 => Key::Ed25519(ed25519::Public::parse(spki)?),
            Family::MlDsa => Key::MlDsa(ml_dsa::Public::parse(spec, spki)?),
            Family::MlKem => Key::MlKem(ml_kem::Public::parse(spec, spki)?),
        };
        Ok(Self {
            spec,
            spki: spki.to_vec(),
            key,
        })
    }

    /// The key's spec.
    pub fn spec(&self) -> KeyPairSpec {
        self.spec
    }

    /// The key as DER SubjectPublicKeyInfo.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Verifies a signature over `message`; a wrong one is [`CryptoError::InvalidSignature`], a message or
    /// algorithm that does not fit the key has an error of its own.
    pub fn verify(
        &self,
        algorithm: SigningAlgorithm,
        message_type: MessageType,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let input = algorithm.input(self.spec, message_type, message)?;
        match &self.key {
            Key::Rsa(key) => key.verify(&self.spki, algorithm, &input, signature),
            Key::Ec(key) => key.verify(&input, signature),
            Key::Ed25519(key) => key.verify(&input, signature),
            Key::MlDsa(key) => key.verify(&input, signature),
            Key::MlKem(_) => Err(self.cannot("signing")),
        }
    }

    /// Encrypts with RSA-OAEP; a plaintext that does not fit is [`CryptoError::PlaintextLength`].
    pub fn encrypt(&self, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match &self.key {
            Key::Rsa(key) => key.encrypt(algorithm, plaintext),
            _ => Err(CryptoError::EncryptionAlgorithmMismatch {
                spec: self.spec,
                algorithm,
            }),
        }
    }

    /// Makes a shared secret and its ML-KEM ciphertext.
    pub fn encapsulate(&self) -> Result<Encapsulated, CryptoError> {
        match &self.key {
            Key::MlKem(key) => key.encapsulate(),
            _ => Err(self.cannot("ML-KEM")),
        }
    }

    fn cannot(&self, operation: &'static str) -> CryptoError {
        CryptoError::OperationMismatch {
            spec: self.spec,
            operation,
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {} bytes)", self.spec, self.spki.len())
    }
}
