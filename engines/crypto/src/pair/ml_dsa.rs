//! ML-DSA (FIPS 204) with an empty context string, hedged.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, AsRawBytes, PqdsaPrivateKeyRaw, PublicKeyX509Der};
use aws_lc_rs::signature::{self, KeyPair as _, ParsedPublicKey, PqdsaKeyPair, PqdsaSigningAlgorithm};

use super::algorithm::Input;
use super::get_or_try_init;
use crate::error::CryptoError;
use crate::ffi::MlDsaHandle;
use crate::secret::Plaintext;
use crate::spec::KeyPairSpec;

fn signing(spec: KeyPairSpec) -> Result<&'static PqdsaSigningAlgorithm, CryptoError> {
    match spec {
        KeyPairSpec::MlDsa44 => Ok(&signature::ML_DSA_44_SIGNING),
        KeyPairSpec::MlDsa65 => Ok(&signature::ML_DSA_65_SIGNING),
        KeyPairSpec::MlDsa87 => Ok(&signature::ML_DSA_87_SIGNING),
        _ => Err(CryptoError::OperationMismatch {
            spec,
            operation: "ML-DSA",
        }),
    }
}

pub(super) struct Private {
    spec: KeyPairSpec,
    pair: PqdsaKeyPair,
    /// The same key for external µ; made on first use.
    external: OnceLock<MlDsaHandle>,
}

impl Private {
    pub(super) fn generate(spec: KeyPairSpec) -> Result<Self, CryptoError> {
        let pair = PqdsaKeyPair::generate(signing(spec)?)
            .map_err(|_| CryptoError::Provider("generating an ML-DSA key"))?;
        Ok(Self {
            spec,
            pair,
            external: OnceLock::new(),
        })
    }

    /// Takes PKCS#8 with the seed, or with seed and expanded key, which must agree. The expanded key alone is
    /// refused: it can't be brought into the canonical form, so the same key would have two material ids.
    pub(super) fn from_pkcs8(spec: KeyPairSpec, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        let pair = PqdsaKeyPair::from_pkcs8(signing(spec)?, pkcs8)
            .map_err(|_| CryptoError::InvalidPrivateKey(spec))?;
        let key = Self {
            spec,
            pair,
            external: OnceLock::new(),
        };
        key.to_pkcs8().map_err(|_| CryptoError::SeedMissing(spec))?;
        Ok(key)
    }

    pub(super) fn to_pkcs8(&self) -> Result<Plaintext, CryptoError> {
        let der = self
            .pair
            .to_pkcs8v1()
            .map_err(|_| CryptoError::Provider("encoding an ML-DSA key"))?;
        Ok(Plaintext::copy_of(der.as_ref()))
    }

    pub(super) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        let der: PublicKeyX509Der<'_> = self
            .pair
            .public_key()
            .as_der()
            .map_err(|_| CryptoError::Provider("encoding an ML-DSA public key"))?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(&self, input: &Input<'_>) -> Result<Vec<u8>, CryptoError> {
        const FAILED: CryptoError = CryptoError::Provider("signing with ML-DSA");
        match input {
            Input::Message(message) => {
                let mut signature = vec![0; self.pair.algorithm().signature_len()];
                self.pair.sign(message, &mut signature).map_err(|_| FAILED)?;
                Ok(signature)
            }
            Input::Mu(mu) => get_or_try_init(&self.external, || {
                let raw: PqdsaPrivateKeyRaw<'_> =
                    self.pair.private_key().as_raw_bytes().map_err(|_| FAILED)?;
                MlDsaHandle::from_private(self.spec, raw.as_ref()).ok_or(FAILED)
            })?
            .sign_mu(mu),
            Input::Digest(_) | Input::Prehash(_) => Err(FAILED),
        }
    }
}

pub(super) struct Public {
    key: ParsedPublicKey,
    external: MlDsaHandle,
}

impl Public {
    pub(super) fn parse(spec: KeyPairSpec, spki: &[u8]) -> Result<Self, CryptoError> {
        let invalid = || CryptoError::InvalidPublicKey(spec);
        let (algorithm, public_len): (&'static dyn signature::VerificationAlgorithm, usize) = match spec {
            KeyPairSpec::MlDsa44 => (&signature::ML_DSA_44, 1312),
            KeyPairSpec::MlDsa65 => (&signature::ML_DSA_65, 1952),
            KeyPairSpec::MlDsa87 => (&signature::ML_DSA_87, 2592),
            _ => return Err(invalid()),
        };
        let key = ParsedPublicKey::new(algorithm, spki).map_err(|_| invalid())?;
        // Refuses bare keys, which the provider would take. The key is the end of its SubjectPublicKeyInfo.
        let canonical: PublicKeyX509Der<'_> = key.as_der().map_err(|_| invalid())?;
        if canonical.as_ref() != spki {
            return Err(invalid());
        }
        let raw = spki
            .len()
            .checked_sub(public_len)
            .and_then(|start| spki.get(start..));
        let external = raw
            .and_then(|raw| MlDsaHandle::from_public(spec, raw))
            .ok_or_else(invalid)?;
        Ok(Self { key, external })
    }

    pub(super) fn verify(&self, input: &Input<'_>, signature: &[u8]) -> Result<(), CryptoError> {
        let valid = match input {
            Input::Message(message) => self.key.verify_sig(message, signature).is_ok(),
            Input::Mu(mu) => self.external.verify_mu(mu, signature),
            Input::Digest(_) | Input::Prehash(_) => false,
        };
        valid.then_some(()).ok_or(CryptoError::InvalidSignature)
    }
}
