//! ML-KEM (FIPS 203).

use aws_lc_rs::kem::{
    Algorithm, AlgorithmId, Ciphertext, DecapsulationKey, EncapsulationKey, ML_KEM_512, ML_KEM_768,
    ML_KEM_1024,
};

use super::der::{self, ML_KEM_SEED, NoSeed};
use crate::error::CryptoError;
use crate::ffi;
use crate::random;
use crate::secret::Plaintext;
use crate::spec::KeyPairSpec;

/// The provider's algorithm, and the lengths of encapsulation key and ciphertext.
fn parameters(spec: KeyPairSpec) -> Result<(&'static Algorithm<AlgorithmId>, usize, usize), CryptoError> {
    match spec {
        KeyPairSpec::MlKem512 => Ok((&ML_KEM_512, 800, 768)),
        KeyPairSpec::MlKem768 => Ok((&ML_KEM_768, 1184, 1088)),
        KeyPairSpec::MlKem1024 => Ok((&ML_KEM_1024, 1568, 1568)),
        _ => Err(CryptoError::OperationMismatch {
            spec,
            operation: "ML-KEM",
        }),
    }
}

/// A fresh shared secret and what carries it to the owner of the private key.
#[derive(Debug)]
pub struct Encapsulated {
    /// For the owner of the private key.
    pub ciphertext: Vec<u8>,
    /// 32 bytes that both sides will know.
    pub shared_secret: Plaintext,
}

pub(super) struct Private {
    spec: KeyPairSpec,
    seed: Plaintext,
    key: DecapsulationKey,
    encapsulation: Vec<u8>,
}

impl Private {
    pub(super) fn generate(spec: KeyPairSpec) -> Result<Self, CryptoError> {
        Self::from_seed(spec, random::bytes(ML_KEM_SEED)?)
    }

    /// Takes PKCS#8 with the seed (RFC 9935); the expanded key alone is refused, as for ML-DSA.
    pub(super) fn from_pkcs8(spec: KeyPairSpec, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        let seed = der::ml_kem_seed(spec, pkcs8).map_err(|cause| match cause {
            NoSeed::Malformed => CryptoError::InvalidPrivateKey(spec),
            NoSeed::ExpandedOnly => CryptoError::SeedMissing(spec),
        })?;
        Self::from_seed(spec, Plaintext::copy_of(seed))
    }

    fn from_seed(spec: KeyPairSpec, seed: Plaintext) -> Result<Self, CryptoError> {
        const FAILED: CryptoError = CryptoError::Provider("expanding an ML-KEM seed");
        let (algorithm, ..) = parameters(spec)?;
        let bytes = seed.expose().try_into().map_err(|_| FAILED)?;
        let expanded = ffi::ml_kem_expand(spec, bytes).ok_or(FAILED)?;
        let key = DecapsulationKey::new(algorithm, &expanded.decapsulation).map_err(|_| FAILED)?;
        Ok(Self {
            spec,
            seed,
            key,
            encapsulation: expanded.encapsulation,
        })
    }

    pub(super) fn to_pkcs8(&self) -> Result<Plaintext, CryptoError> {
        let der = der::ml_kem_pkcs8(self.spec, self.seed.expose());
        der.map(|der| Plaintext::copy_of(&der))
            .ok_or(CryptoError::Provider("encoding an ML-KEM key"))
    }

    pub(super) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        der::ml_kem_spki(self.spec, &self.encapsulation)
            .ok_or(CryptoError::Provider("encoding an ML-KEM public key"))
    }

    /// ML-KEM rejects implicitly: a ciphertext of the right length that was altered gives another secret and
    /// no error.
    pub(super) fn decapsulate(&self, ciphertext: &[u8]) -> Result<Plaintext, CryptoError> {
        let (_, _, expected) = parameters(self.spec)?;
        if ciphertext.len() != expected {
            return Err(CryptoError::EncapsulationLength {
                expected,
                actual: ciphertext.len(),
            });
        }
        self.key
            .decapsulate(Ciphertext::from(ciphertext))
            .map(|secret| Plaintext::copy_of(secret.as_ref()))
            .map_err(|_| CryptoError::InvalidCiphertext)
    }
}

pub(super) struct Public(EncapsulationKey);

impl Public {
    pub(super) fn parse(spec: KeyPairSpec, spki: &[u8]) -> Result<Self, CryptoError> {
        let (algorithm, public_len, _) = parameters(spec)?;
        der::ml_kem_public(spec, spki, public_len)
            .and_then(|public| EncapsulationKey::new(algorithm, public).ok())
            .map(Self)
            .ok_or(CryptoError::InvalidPublicKey(spec))
    }

    pub(super) fn encapsulate(&self) -> Result<Encapsulated, CryptoError> {
        let (ciphertext, secret) = self
            .0
            .encapsulate()
            .map_err(|_| CryptoError::Provider("encapsulating with ML-KEM"))?;
        Ok(Encapsulated {
            ciphertext: ciphertext.as_ref().to_vec(),
            shared_secret: Plaintext::copy_of(secret.as_ref()),
        })
    }
}
