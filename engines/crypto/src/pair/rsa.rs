//! RSA: signatures (PSS and PKCS#1 v1.5) and OAEP encryption.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{self, KeyPair as _, ParsedPublicKey, RsaEncoding};

use super::algorithm::Input;
use super::{EncryptionAlgorithm, SigningAlgorithm, get_or_try_init};
use crate::error::CryptoError;
use crate::secret::Plaintext;
use crate::spec::KeyPairSpec;

fn key_size(spec: KeyPairSpec) -> Result<KeySize, CryptoError> {
    match spec {
        KeyPairSpec::Rsa2048 => Ok(KeySize::Rsa2048),
        KeyPairSpec::Rsa3072 => Ok(KeySize::Rsa3072),
        KeyPairSpec::Rsa4096 => Ok(KeySize::Rsa4096),
        _ => Err(CryptoError::OperationMismatch {
            spec,
            operation: "RSA",
        }),
    }
}

pub(super) struct Private {
    pair: KeyPair,
    /// The same key in the type that decrypts; most keys only sign, so it is made on first use.
    decrypting: OnceLock<OaepPrivateDecryptingKey>,
}

impl Private {
    pub(super) fn generate(spec: KeyPairSpec) -> Result<Self, CryptoError> {
        KeyPair::generate(key_size(spec)?)
            .map(Self::new)
            .map_err(|_| CryptoError::Provider("generating an RSA key"))
    }

    pub(super) fn from_pkcs8(spec: KeyPairSpec, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| CryptoError::InvalidPrivateKey(spec))?;
        let modulus = pair.public_key().modulus();
        if !has_bits(modulus.big_endian_without_leading_zero(), key_size(spec)?.len()) {
            return Err(CryptoError::InvalidPrivateKey(spec));
        }
        Ok(Self::new(pair))
    }

    fn new(pair: KeyPair) -> Self {
        Self {
            pair,
            decrypting: OnceLock::new(),
        }
    }

    pub(super) fn to_pkcs8(&self) -> Result<Plaintext, CryptoError> {
        let der: Pkcs8V1Der<'_> = self
            .pair
            .as_der()
            .map_err(|_| CryptoError::Provider("encoding an RSA key"))?;
        Ok(Plaintext::copy_of(der.as_ref()))
    }

    pub(super) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        let der: PublicKeyX509Der<'_> = self
            .pair
            .public_key()
            .as_der()
            .map_err(|_| CryptoError::Provider("encoding an RSA public key"))?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        input: &Input<'_>,
    ) -> Result<Vec<u8>, CryptoError> {
        let encoding = encoding(algorithm)?;
        let mut signature = vec![0; self.pair.public_modulus_len()];
        match input {
            Input::Message(message) => {
                self.pair
                    .sign(encoding, &SystemRandom::new(), message, &mut signature)
            }
            Input::Digest(digest) => self.pair.sign_digest(encoding, digest, &mut signature),
            Input::Prehash(_) | Input::Mu(_) => Err(aws_lc_rs::error::Unspecified),
        }
        .map_err(|_| CryptoError::Provider("signing with RSA"))?;
        Ok(signature)
    }

    pub(super) fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<Plaintext, CryptoError> {
        let key = get_or_try_init(&self.decrypting, || {
            PrivateDecryptingKey::from_pkcs8(self.to_pkcs8()?.expose())
                .ok()
                .and_then(|key| OaepPrivateDecryptingKey::new(key).ok())
                .ok_or(CryptoError::Provider("preparing an RSA key for decryption"))
        })?;
        let mut plaintext = zeroize::Zeroizing::new(vec![0; key.min_output_size()]);
        key.decrypt(oaep(algorithm), ciphertext, &mut plaintext, None)
            .map(|plaintext| Plaintext::copy_of(plaintext))
            .map_err(|_| CryptoError::InvalidCiphertext)
    }
}

pub(super) struct Public {
    encrypting: OaepPublicEncryptingKey,
    /// One per signing algorithm, in the order of [`SigningAlgorithm::ALL`]: the provider binds parsed keys
    /// to their algorithm. RSA's algorithms are the first six.
    verifying: [OnceLock<ParsedPublicKey>; 6],
}

impl Public {
    pub(super) fn parse(spec: KeyPairSpec, spki: &[u8]) -> Result<Self, CryptoError> {
        let invalid = || CryptoError::InvalidPublicKey(spec);
        let key = PublicEncryptingKey::from_der(spki).map_err(|_| invalid())?;
        let canonical: PublicKeyX509Der<'_> = key.as_der().map_err(|_| invalid())?;
        // key_size_bits rounds up to whole bytes: a modulus of 2,047 bits would pass, as it would in AWS-LC.
        if canonical.as_ref() != spki || key.key_size_bits() != key_size(spec)?.len() * 8 {
            return Err(invalid());
        }
        let encrypting = OaepPublicEncryptingKey::new(key).map_err(|_| invalid())?;
        Ok(Self {
            encrypting,
            verifying: Default::default(),
        })
    }

    pub(super) fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let max = self.encrypting.max_plaintext_size(oaep(algorithm));
        if plaintext.len() > max {
            return Err(CryptoError::PlaintextLength {
                max,
                actual: plaintext.len(),
            });
        }
        let mut ciphertext = vec![0; self.encrypting.ciphertext_size()];
        self.encrypting
            .encrypt(oaep(algorithm), plaintext, &mut ciphertext, None)
            .map_err(|_| CryptoError::Provider("encrypting with RSA"))?;
        Ok(ciphertext)
    }

    pub(super) fn verify(
        &self,
        spki: &[u8],
        algorithm: SigningAlgorithm,
        input: &Input<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let cell = SigningAlgorithm::ALL
            .iter()
            .position(|one| *one == algorithm)
            .and_then(|index| self.verifying.get(index))
            .ok_or(CryptoError::InvalidSignature)?;
        let key = get_or_try_init(cell, || {
            ParsedPublicKey::new(verification(algorithm)?, spki)
                .map_err(|_| CryptoError::Provider("parsing an RSA public key"))
        })?;
        match input {
            Input::Message(message) => key.verify_sig(message, signature),
            Input::Digest(digest) => key.verify_digest_sig(digest, signature),
            Input::Prehash(_) | Input::Mu(_) => Err(aws_lc_rs::error::Unspecified),
        }
        .map_err(|_| CryptoError::InvalidSignature)
    }
}

/// Whether a big-endian modulus has exactly `bytes` bytes with the top bit set.
fn has_bits(modulus: &[u8], bytes: usize) -> bool {
    modulus.len() == bytes && modulus.first().is_some_and(|top| top & 0x80 != 0)
}

pub(crate) fn oaep(algorithm: EncryptionAlgorithm) -> &'static OaepAlgorithm {
    match algorithm {
        EncryptionAlgorithm::RsaesOaepSha1 => &OAEP_SHA1_MGF1SHA1,
        EncryptionAlgorithm::RsaesOaepSha256 => &OAEP_SHA256_MGF1SHA256,
    }
}

fn encoding(algorithm: SigningAlgorithm) -> Result<&'static dyn RsaEncoding, CryptoError> {
    Ok(match algorithm {
        SigningAlgorithm::RsassaPssSha256 => &signature::RSA_PSS_SHA256,
        SigningAlgorithm::RsassaPssSha384 => &signature::RSA_PSS_SHA384,
        SigningAlgorithm::RsassaPssSha512 => &signature::RSA_PSS_SHA512,
        SigningAlgorithm::RsassaPkcs1V15Sha256 => &signature::RSA_PKCS1_SHA256,
        SigningAlgorithm::RsassaPkcs1V15Sha384 => &signature::RSA_PKCS1_SHA384,
        SigningAlgorithm::RsassaPkcs1V15Sha512 => &signature::RSA_PKCS1_SHA512,
        _ => return Err(CryptoError::Provider("choosing an RSA encoding")),
    })
}

fn verification(
    algorithm: SigningAlgorithm,
) -> Result<&'static dyn signature::VerificationAlgorithm, CryptoError> {
    Ok(match algorithm {
        SigningAlgorithm::RsassaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
        SigningAlgorithm::RsassaPssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
        SigningAlgorithm::RsassaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
        SigningAlgorithm::RsassaPkcs1V15Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        SigningAlgorithm::RsassaPkcs1V15Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        SigningAlgorithm::RsassaPkcs1V15Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        _ => return Err(CryptoError::Provider("choosing an RSA verification")),
    })
}
