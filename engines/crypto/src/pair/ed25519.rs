//! Ed25519 and Ed25519ph (RFC 8032).

use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin, PublicKeyX509Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};

use super::algorithm::Input;
use crate::error::CryptoError;
use crate::ffi;
use crate::secret::{KeyBytes, Plaintext};
use crate::spec::KeyPairSpec;

const SPEC: KeyPairSpec = KeyPairSpec::Ed25519;

pub(super) struct Private(Ed25519KeyPair);

impl Private {
    pub(super) fn generate() -> Result<Self, CryptoError> {
        Ed25519KeyPair::generate()
            .map(Self)
            .map_err(|_| CryptoError::Provider("generating an Ed25519 key"))
    }

    /// Takes both versions of PKCS#8, with and without the public key.
    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, CryptoError> {
        Ed25519KeyPair::from_pkcs8(pkcs8)
            .map(Self)
            .map_err(|_| CryptoError::InvalidPrivateKey(SPEC))
    }

    /// Version 1, which `openssl` and everyone else reads.
    pub(super) fn to_pkcs8(&self) -> Result<Plaintext, CryptoError> {
        let der = self
            .0
            .to_pkcs8v1()
            .map_err(|_| CryptoError::Provider("encoding an Ed25519 key"))?;
        Ok(Plaintext::copy_of(der.as_ref()))
    }

    pub(super) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        let der: PublicKeyX509Der<'_> = self
            .0
            .public_key()
            .as_der()
            .map_err(|_| CryptoError::Provider("encoding an Ed25519 public key"))?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(&self, input: &Input<'_>) -> Result<Vec<u8>, CryptoError> {
        const FAILED: CryptoError = CryptoError::Provider("signing with Ed25519");
        match input {
            Input::Message(message) => self
                .0
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| FAILED),
            Input::Prehash(digest) => {
                let seed: Curve25519SeedBin<'_> = self
                    .0
                    .seed()
                    .and_then(|seed| seed.as_be_bytes())
                    .map_err(|_| FAILED)?;
                let seed = KeyBytes::from_slice(seed.as_ref()).ok_or(FAILED)?;
                let public = self.0.public_key().as_ref().try_into().map_err(|_| FAILED)?;
                ffi::ed25519ph_sign(seed.expose(), public, &digest[..]).map(|signature| signature.to_vec())
            }
            Input::Digest(_) | Input::Mu(_) => Err(FAILED),
        }
    }
}

pub(super) struct Public {
    key: ParsedPublicKey,
    raw: [u8; 32],
}

impl Public {
    pub(super) fn parse(spki: &[u8]) -> Result<Self, CryptoError> {
        let invalid = || CryptoError::InvalidPublicKey(SPEC);
        let key = ParsedPublicKey::new(&ED25519, spki).map_err(|_| invalid())?;
        // Refuses bare keys, which the provider would take. The key is the end of its SubjectPublicKeyInfo.
        let canonical: PublicKeyX509Der<'_> = key.as_der().map_err(|_| invalid())?;
        let raw = *canonical.as_ref().last_chunk().ok_or_else(invalid)?;
        (canonical.as_ref() == spki)
            .then_some(Self { key, raw })
            .ok_or_else(invalid)
    }

    pub(super) fn verify(&self, input: &Input<'_>, signature: &[u8]) -> Result<(), CryptoError> {
        let valid = match input {
            Input::Message(message) => self.key.verify_sig(message, signature).is_ok(),
            Input::Prehash(digest) => signature
                .try_into()
                .is_ok_and(|signature| ffi::ed25519ph_verify(&self.raw, &digest[..], signature)),
            Input::Digest(_) | Input::Mu(_) => false,
        };
        valid.then_some(()).ok_or(CryptoError::InvalidSignature)
    }
}
