//! A private key of any spec.

use std::fmt;

use super::public::PublicKey;
use super::{
    Encapsulated, EncryptionAlgorithm, MessageType, SigningAlgorithm, ec, ed25519, ml_dsa, ml_kem, rsa,
};
use crate::error::CryptoError;
use crate::secret::Plaintext;
use crate::spec::KeyPairSpec;

/// A key pair, parsed and ready for use by any number of threads.
pub struct PrivateKey {
    spec: KeyPairSpec,
    key: Key,
    public: PublicKey,
}

enum Key {
    Rsa(rsa::Private),
    Ec(ec::Private),
    Ed25519(ed25519::Private),
    MlDsa(ml_dsa::Private),
    MlKem(ml_kem::Private),
}

impl PrivateKey {
    /// A new key pair. RSA takes between 50 ms and a second: call it away from async threads.
    pub fn generate(spec: KeyPairSpec) -> Result<Self, CryptoError> {
        Self::new(
            spec,
            match family(spec) {
                Family::Rsa => Key::Rsa(rsa::Private::generate(spec)?),
                Family::Ec => Key::Ec(ec::Private::generate(spec)?),
                Family::Ed25519 => Key::Ed25519(ed25519::Private::generate()?),
                Family::MlDsa => Key::MlDsa(ml_dsa::Private::generate(spec)?),
                Family::MlKem => Key::MlKem(ml_kem::Private::generate(spec)?),
            },
        )
    }

    /// Parses an unencrypted DER PKCS#8 private key of exactly this spec.
    ///
    /// Another curve, size or kind of key is [`CryptoError::InvalidPrivateKey`]; a post-quantum key without its
    /// seed is [`CryptoError::SeedMissing`].
    pub fn from_pkcs8(spec: KeyPairSpec, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        Self::new(
            spec,
            match family(spec) {
                Family::Rsa => Key::Rsa(rsa::Private::from_pkcs8(spec, pkcs8)?),
                Family::Ec => Key::Ec(ec::Private::from_pkcs8(spec, pkcs8)?),
                Family::Ed25519 => Key::Ed25519(ed25519::Private::from_pkcs8(pkcs8)?),
                Family::MlDsa => Key::MlDsa(ml_dsa::Private::from_pkcs8(spec, pkcs8)?),
                Family::MlKem => Key::MlKem(ml_kem::Private::from_pkcs8(spec, pkcs8)?),
            },
        )
    }

    fn new(spec: KeyPairSpec, key: Key) -> Result<Self, CryptoError> {
        let spki = match &key {
            Key::Rsa(key) => key.spki()?,
            Key::Ec(key) => key.spki()?,
            Key::Ed25519(key) => key.spki()?,
            Key::MlDsa(key) => key.spki()?,
            Key::MlKem(key) => key.spki()?,
        };
        Ok(Self {
            spec,
            key,
            public: PublicKey::parse_spki(spec, &spki)?,
        })
    }

    /// The key as DER PKCS#8, in one canonical form per key.
    pub fn to_pkcs8(&self) -> Result<Plaintext, CryptoError> {
        match &self.key {
            Key::Rsa(key) => key.to_pkcs8(),
            Key::Ec(key) => key.to_pkcs8(),
            Key::Ed25519(key) => key.to_pkcs8(),
            Key::MlDsa(key) => key.to_pkcs8(),
            Key::MlKem(key) => key.to_pkcs8(),
        }
    }

    /// The key's spec.
    pub fn spec(&self) -> KeyPairSpec {
        self.spec
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The public half as DER SubjectPublicKeyInfo.
    pub fn public_key_der(&self) -> &[u8] {
        self.public.spki()
    }

    /// Signs `message`. What `message_type` may be, and how long a digest is, is checked against the algorithm.
    pub fn sign(
        &self,
        algorithm: SigningAlgorithm,
        message_type: MessageType,
        message: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let input = algorithm.input(self.spec, message_type, message)?;
        match &self.key {
            Key::Rsa(key) => key.sign(algorithm, &input),
            Key::Ec(key) => key.sign(&input),
            Key::Ed25519(key) => key.sign(&input),
            Key::MlDsa(key) => key.sign(&input),
            Key::MlKem(_) => Err(self.cannot("signing")),
        }
    }

    /// Verifies a signature with the public half; see [`PublicKey::verify`].
    pub fn verify(
        &self,
        algorithm: SigningAlgorithm,
        message_type: MessageType,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.public.verify(algorithm, message_type, message, signature)
    }

    /// Encrypts with the public half; see [`PublicKey::encrypt`].
    pub fn encrypt(&self, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.public.encrypt(algorithm, plaintext)
    }

    /// Decrypts what [`PrivateKey::encrypt`] made. Any fault is [`CryptoError::InvalidCiphertext`].
    pub fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<Plaintext, CryptoError> {
        match &self.key {
            Key::Rsa(key) => key.decrypt(algorithm, ciphertext),
            _ => Err(CryptoError::EncryptionAlgorithmMismatch {
                spec: self.spec,
                algorithm,
            }),
        }
    }

    /// The ECDH shared secret with a peer: the bare x coordinate, on which no key derivation was done.
    ///
    /// The peer's key is a DER SubjectPublicKeyInfo on the same NIST curve; a point that is not on the curve is
    /// refused.
    pub fn derive_shared_secret(&self, peer_spki: &[u8]) -> Result<Plaintext, CryptoError> {
        match &self.key {
            Key::Ec(key) => key.agree(self.spec, peer_spki),
            _ => Err(self.cannot("ECDH")),
        }
    }

    /// Encapsulates to the public half; see [`PublicKey::encapsulate`].
    pub fn encapsulate(&self) -> Result<Encapsulated, CryptoError> {
        self.public.encapsulate()
    }

    /// The shared secret in an ML-KEM ciphertext. An altered ciphertext gives another secret, not an error:
    /// that is how ML-KEM rejects.
    pub fn decapsulate(&self, ciphertext: &[u8]) -> Result<Plaintext, CryptoError> {
        match &self.key {
            Key::MlKem(key) => key.decapsulate(ciphertext),
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

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, redacted)", self.spec)
    }
}

/// Which module is at home with a spec.
pub(super) enum Family {
    Rsa,
    Ec,
    Ed25519,
    MlDsa,
    MlKem,
}

pub(super) fn family(spec: KeyPairSpec) -> Family {
    match spec {
        KeyPairSpec::Rsa2048 | KeyPairSpec::Rsa3072 | KeyPairSpec::Rsa4096 => Family::Rsa,
        KeyPairSpec::P256 | KeyPairSpec::P384 | KeyPairSpec::P521 | KeyPairSpec::Secp256k1 => Family::Ec,
        KeyPairSpec::Ed25519 => Family::Ed25519,
        KeyPairSpec::MlDsa44 | KeyPairSpec::MlDsa65 | KeyPairSpec::MlDsa87 => Family::MlDsa,
        KeyPairSpec::MlKem512 | KeyPairSpec::MlKem768 | KeyPairSpec::MlKem1024 => Family::MlKem,
    }
}
