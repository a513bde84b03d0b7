//! Unwrapping of imported key material.
//!
//! KMS hands out an RSA public key; the customer encrypts the material under it, directly or through a one-time
//! AES key, and sends it back.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::Zeroizing;

use crate::error::CryptoError;
use crate::pair::{EncryptionAlgorithm, PrivateKey};
use crate::secret::{KeyBytes, Plaintext};
use crate::spec::KeyPairSpec;

/// How imported material is wrapped, in AWS's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WrappingAlgorithm {
    /// `RSAES_PKCS1_V1_5`. AWS stopped taking it in October 2023: it invites padding oracles. The service above
    /// decides whether to offer it.
    RsaesPkcs1V15,
    /// `RSAES_OAEP_SHA_1`
    RsaesOaepSha1,
    /// `RSAES_OAEP_SHA_256`
    RsaesOaepSha256,
    /// `RSA_AES_KEY_WRAP_SHA_1`: an AES key under OAEP, followed by the material under AES-KWP (RFC 5649).
    RsaAesKeyWrapSha1,
    /// `RSA_AES_KEY_WRAP_SHA_256`
    RsaAesKeyWrapSha256,
}

impl WrappingAlgorithm {
    /// All wrapping algorithms.
    pub const ALL: [Self; 5] = [
        Self::RsaesPkcs1V15,
        Self::RsaesOaepSha1,
        Self::RsaesOaepSha256,
        Self::RsaAesKeyWrapSha1,
        Self::RsaAesKeyWrapSha256,
    ];

    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaesPkcs1V15 => "RSAES_PKCS1_V1_5",
            Self::RsaesOaepSha1 => "RSAES_OAEP_SHA_1",
            Self::RsaesOaepSha256 => "RSAES_OAEP_SHA_256",
            Self::RsaAesKeyWrapSha1 => "RSA_AES_KEY_WRAP_SHA_1",
            Self::RsaAesKeyWrapSha256 => "RSA_AES_KEY_WRAP_SHA_256",
        }
    }
}

impl fmt::Display for WrappingAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for WrappingAlgorithm {
    type Err = CryptoError;

    fn from_str(name: &str) -> Result<Self, CryptoError> {
        if name == "SM2PKE" {
            return Err(CryptoError::Unsupported("the wrapping algorithm SM2PKE"));
        }
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| CryptoError::UnknownName(name.to_owned(), "wrapping algorithm"))
    }
}

/// The size of a wrapping key: `RSA_2048`, `RSA_3072` or `RSA_4096`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WrappingKeySpec(KeyPairSpec);

impl WrappingKeySpec {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        self.0.name()
    }
}

impl TryFrom<KeyPairSpec> for WrappingKeySpec {
    type Error = CryptoError;

    fn try_from(spec: KeyPairSpec) -> Result<Self, CryptoError> {
        spec.is_rsa()
            .then_some(Self(spec))
            .ok_or(CryptoError::OperationMismatch {
                spec,
                operation: "wrapping imported key material",
            })
    }
}

impl FromStr for WrappingKeySpec {
    type Err = CryptoError;

    fn from_str(name: &str) -> Result<Self, CryptoError> {
        name.parse::<KeyPairSpec>()?.try_into()
    }
}

/// The key pair under which one import is wrapped.
#[derive(Debug)]
pub struct WrappingKey(PrivateKey);

impl WrappingKey {
    /// A new wrapping key. It takes between 50 ms and a second: call it away from async threads.
    pub fn generate(spec: WrappingKeySpec) -> Result<Self, CryptoError> {
        PrivateKey::generate(spec.0).map(Self)
    }

    /// A wrapping key from [`WrappingKey::to_pkcs8`].
    pub fn from_pkcs8(spec: WrappingKeySpec, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        PrivateKey::from_pkcs8(spec.0, pkcs8).map(Self)
    }

    /// The private key, for sealing until the material arrives.
    pub fn to_pkcs8(&self) -> Result<Plaintext, CryptoError> {
        self.0.to_pkcs8()
    }

    /// What the customer wraps with: DER SubjectPublicKeyInfo.
    pub fn public_key_der(&self) -> &[u8] {
        self.0.public_key_der()
    }

    /// Unwraps imported material. Whatever is wrong, the error is [`CryptoError::UnwrapFailed`].
    pub fn unwrap(&self, algorithm: WrappingAlgorithm, wrapped: &[u8]) -> Result<Plaintext, CryptoError> {
        let unwrapped = match algorithm {
            WrappingAlgorithm::RsaesPkcs1V15 => self.unwrap_pkcs1(wrapped),
            WrappingAlgorithm::RsaesOaepSha1 => self.0.decrypt(EncryptionAlgorithm::RsaesOaepSha1, wrapped),
            WrappingAlgorithm::RsaesOaepSha256 => {
                self.0.decrypt(EncryptionAlgorithm::RsaesOaepSha256, wrapped)
            }
            WrappingAlgorithm::RsaAesKeyWrapSha1 => {
                self.unwrap_through_aes(EncryptionAlgorithm::RsaesOaepSha1, wrapped)
            }
            WrappingAlgorithm::RsaAesKeyWrapSha256 => {
                self.unwrap_through_aes(EncryptionAlgorithm::RsaesOaepSha256, wrapped)
            }
        };
        unwrapped.map_err(|_| CryptoError::UnwrapFailed)
    }

    /// The first block, as long as the modulus, is a 256-bit AES key under OAEP; the rest is AES-KWP.
    fn unwrap_through_aes(
        &self,
        algorithm: EncryptionAlgorithm,
        wrapped: &[u8],
    ) -> Result<Plaintext, CryptoError> {
        let (aes_key, material) = wrapped
            .split_at_checked(self.modulus_len())
            .ok_or(CryptoError::UnwrapFailed)?;
        let aes_key = self.0.decrypt(algorithm, aes_key)?;
        if aes_key.len() != KeyBytes::LEN {
            return Err(CryptoError::UnwrapFailed);
        }
        let key = AesKek::new(&AES_256, aes_key.expose()).map_err(|_| CryptoError::UnwrapFailed)?;
        let mut out = Zeroizing::new(vec![0; material.len()]);
        key.unwrap_with_padding(material, &mut out)
            .map(|unwrapped| Plaintext::copy_of(unwrapped))
            .map_err(|_| CryptoError::UnwrapFailed)
    }

    fn unwrap_pkcs1(&self, wrapped: &[u8]) -> Result<Plaintext, CryptoError> {
        let key = PrivateDecryptingKey::from_pkcs8(self.to_pkcs8()?.expose())
            .ok()
            .and_then(|key| Pkcs1PrivateDecryptingKey::new(key).ok())
            .ok_or(CryptoError::UnwrapFailed)?;
        let mut out = Zeroizing::new(vec![0; key.min_output_size()]);
        key.decrypt(wrapped, &mut out)
            .map(|unwrapped| Plaintext::copy_of(unwrapped))
            .map_err(|_| CryptoError::UnwrapFailed)
    }

    fn modulus_len(&self) -> usize {
        match self.0.spec() {
            KeyPairSpec::Rsa2048 => 256,
            KeyPairSpec::Rsa3072 => 384,
            _ => 512,
        }
    }
}
