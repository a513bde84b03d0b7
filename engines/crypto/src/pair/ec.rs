//! Elliptic curves: ECDSA on all four, ECDH on the NIST curves.

use std::sync::OnceLock;

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, ParsedPublicKey,
};

use super::algorithm::Input;
use super::get_or_try_init;
use crate::error::CryptoError;
use crate::secret::Plaintext;
use crate::spec::KeyPairSpec;

/// What the provider calls a curve, for each of its uses. KMS fixes the digest per curve.
struct Curve {
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
    agreement: Option<&'static agreement::Algorithm>,
}

fn curve(spec: KeyPairSpec) -> Result<Curve, CryptoError> {
    Ok(match spec {
        KeyPairSpec::P256 => Curve {
            signing: &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
            verification: &signature::ECDSA_P256_SHA256_ASN1,
            agreement: Some(&agreement::ECDH_P256),
        },
        KeyPairSpec::P384 => Curve {
            signing: &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
            verification: &signature::ECDSA_P384_SHA384_ASN1,
            agreement: Some(&agreement::ECDH_P384),
        },
        KeyPairSpec::P521 => Curve {
            signing: &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
            verification: &signature::ECDSA_P521_SHA512_ASN1,
            agreement: Some(&agreement::ECDH_P521),
        },
        KeyPairSpec::Secp256k1 => Curve {
            signing: &signature::ECDSA_P256K1_SHA256_ASN1_SIGNING,
            verification: &signature::ECDSA_P256K1_SHA256_ASN1,
            agreement: None,
        },
        _ => {
            return Err(CryptoError::OperationMismatch {
                spec,
                operation: "elliptic curves",
            });
        }
    })
}

pub(super) struct Private {
    pair: EcdsaKeyPair,
    /// The same key in the type that agrees on secrets; made on first use.
    agreeing: OnceLock<agreement::PrivateKey>,
}

impl Private {
    pub(super) fn generate(spec: KeyPairSpec) -> Result<Self, CryptoError> {
        EcdsaKeyPair::generate(curve(spec)?.signing)
            .map(Self::new)
            .map_err(|_| CryptoError::Provider("generating an EC key"))
    }

    pub(super) fn from_pkcs8(spec: KeyPairSpec, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        EcdsaKeyPair::from_pkcs8(curve(spec)?.signing, pkcs8)
            .map(Self::new)
            .map_err(|_| CryptoError::InvalidPrivateKey(spec))
    }

    fn new(pair: EcdsaKeyPair) -> Self {
        Self {
            pair,
            agreeing: OnceLock::new(),
        }
    }

    pub(super) fn to_pkcs8(&self) -> Result<Plaintext, CryptoError> {
        let der = self
            .pair
            .to_pkcs8v1()
            .map_err(|_| CryptoError::Provider("encoding an EC key"))?;
        Ok(Plaintext::copy_of(der.as_ref()))
    }

    pub(super) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        let der: PublicKeyX509Der<'_> = self
            .pair
            .public_key()
            .as_der()
            .map_err(|_| CryptoError::Provider("encoding an EC public key"))?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(&self, input: &Input<'_>) -> Result<Vec<u8>, CryptoError> {
        match input {
            Input::Message(message) => self.pair.sign(&SystemRandom::new(), message),
            Input::Digest(digest) => self.pair.sign_digest(digest),
            Input::Prehash(_) | Input::Mu(_) => Err(aws_lc_rs::error::Unspecified),
        }
        .map(|signature| signature.as_ref().to_vec())
        .map_err(|_| CryptoError::Provider("signing with ECDSA"))
    }

    pub(super) fn agree(&self, spec: KeyPairSpec, peer_spki: &[u8]) -> Result<Plaintext, CryptoError> {
        let algorithm = agreement_algorithm(spec)?;
        let key = get_or_try_init(&self.agreeing, || {
            agreement::PrivateKey::from_private_key_der(algorithm, self.to_pkcs8()?.expose())
                .map_err(|_| CryptoError::Provider("preparing an EC key for ECDH"))
        })?;
        // The provider would take bare points and spelled-out curve parameters as well. KMS takes the one form of
        // SubjectPublicKeyInfo, and attacks on ECDH come through the others (Wycheproof has a collection).
        Public::parse(spec, peer_spki)?;
        let invalid = CryptoError::InvalidPublicKey(spec);
        let peer = agreement::UnparsedPublicKey::new(algorithm, peer_spki);
        agreement::agree(key, peer, invalid, |secret| Ok(Plaintext::copy_of(secret)))
    }
}

fn agreement_algorithm(spec: KeyPairSpec) -> Result<&'static agreement::Algorithm, CryptoError> {
    curve(spec)?.agreement.ok_or(CryptoError::OperationMismatch {
        spec,
        operation: "ECDH",
    })
}

pub(super) struct Public(ParsedPublicKey);

impl Public {
    pub(super) fn parse(spec: KeyPairSpec, spki: &[u8]) -> Result<Self, CryptoError> {
        let invalid = || CryptoError::InvalidPublicKey(spec);
        let key = ParsedPublicKey::new(curve(spec)?.verification, spki).map_err(|_| invalid())?;
        // Refuses bare points and spelled-out curve parameters, which the provider would take.
        let canonical: PublicKeyX509Der<'_> = key.as_der().map_err(|_| invalid())?;
        (canonical.as_ref() == spki)
            .then_some(Self(key))
            .ok_or_else(invalid)
    }

    pub(super) fn verify(&self, input: &Input<'_>, signature: &[u8]) -> Result<(), CryptoError> {
        match input {
            Input::Message(message) => self.0.verify_sig(message, signature),
            Input::Digest(digest) => self.0.verify_digest_sig(digest, signature),
            Input::Prehash(_) | Input::Mu(_) => Err(aws_lc_rs::error::Unspecified),
        }
        .map_err(|_| CryptoError::InvalidSignature)
    }
}
