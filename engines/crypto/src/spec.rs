//! Which keys there are. The names are AWS's.

use std::fmt;
use std::str::FromStr;

use crate::error::CryptoError;

/// The spec of a KMS key: what it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySpec {
    /// `SYMMETRIC_DEFAULT`: AES-256.
    Symmetric,
    /// An HMAC key.
    Hmac(HmacSpec),
    /// An asymmetric key pair.
    Pair(KeyPairSpec),
}

impl KeySpec {
    /// AWS's name of the spec.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Symmetric => "SYMMETRIC_DEFAULT",
            Self::Hmac(spec) => spec.name(),
            Self::Pair(spec) => spec.name(),
        }
    }
}

impl fmt::Display for KeySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeySpec {
    type Err = CryptoError;

    /// Reads AWS's name. `SM2` is [`CryptoError::Unsupported`], as it is in every Region outside China.
    fn from_str(name: &str) -> Result<Self, CryptoError> {
        if name == Self::Symmetric.name() {
            return Ok(Self::Symmetric);
        }
        if let Some(spec) = HmacSpec::ALL.into_iter().find(|spec| spec.name() == name) {
            return Ok(Self::Hmac(spec));
        }
        name.parse().map(Self::Pair)
    }
}

/// The spec of an HMAC key: its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HmacSpec {
    /// `HMAC_224`
    Sha224,
    /// `HMAC_256`
    Sha256,
    /// `HMAC_384`
    Sha384,
    /// `HMAC_512`
    Sha512,
}

impl HmacSpec {
    /// All HMAC specs.
    pub const ALL: [Self; 4] = [Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// AWS's name of the spec.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha224 => "HMAC_224",
            Self::Sha256 => "HMAC_256",
            Self::Sha384 => "HMAC_384",
            Self::Sha512 => "HMAC_512",
        }
    }

    /// AWS's name of the one MAC algorithm of such a key.
    pub const fn mac_algorithm(self) -> &'static str {
        match self {
            Self::Sha224 => "HMAC_SHA_224",
            Self::Sha256 => "HMAC_SHA_256",
            Self::Sha384 => "HMAC_SHA_384",
            Self::Sha512 => "HMAC_SHA_512",
        }
    }

    /// The length in bytes of the key, generated or imported: that of the digest.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The spec of a key pair, of a KMS key or a data key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPairSpec {
    /// `RSA_2048`
    Rsa2048,
    /// `RSA_3072`
    Rsa3072,
    /// `RSA_4096`
    Rsa4096,
    /// `ECC_NIST_P256`
    P256,
    /// `ECC_NIST_P384`
    P384,
    /// `ECC_NIST_P521`
    P521,
    /// `ECC_SECG_P256K1`
    Secp256k1,
    /// `ECC_NIST_EDWARDS25519`
    Ed25519,
    /// `ML_DSA_44`
    MlDsa44,
    /// `ML_DSA_65`
    MlDsa65,
    /// `ML_DSA_87`
    MlDsa87,
    /// `ML_KEM_512`
    MlKem512,
    /// `ML_KEM_768`
    MlKem768,
    /// `ML_KEM_1024`
    MlKem1024,
}

impl KeyPairSpec {
    /// All key pair specs.
    pub const ALL: [Self; 14] = [
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Secp256k1,
        Self::Ed25519,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
        Self::MlKem512,
        Self::MlKem768,
        Self::MlKem1024,
    ];

    /// AWS's name of the spec.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa2048 => "RSA_2048",
            Self::Rsa3072 => "RSA_3072",
            Self::Rsa4096 => "RSA_4096",
            Self::P256 => "ECC_NIST_P256",
            Self::P384 => "ECC_NIST_P384",
            Self::P521 => "ECC_NIST_P521",
            Self::Secp256k1 => "ECC_SECG_P256K1",
            Self::Ed25519 => "ECC_NIST_EDWARDS25519",
            Self::MlDsa44 => "ML_DSA_44",
            Self::MlDsa65 => "ML_DSA_65",
            Self::MlDsa87 => "ML_DSA_87",
            Self::MlKem512 => "ML_KEM_512",
            Self::MlKem768 => "ML_KEM_768",
            Self::MlKem1024 => "ML_KEM_1024",
        }
    }

    /// Whether the pair is RSA: slow to generate, and imported under `RSA_AES_KEY_WRAP_*` only.
    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }
}

impl fmt::Display for KeyPairSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyPairSpec {
    type Err = CryptoError;

    fn from_str(name: &str) -> Result<Self, CryptoError> {
        if name == "SM2" {
            return Err(CryptoError::Unsupported("the key spec SM2"));
        }
        Self::ALL
            .into_iter()
            .find(|spec| spec.name() == name)
            .ok_or_else(|| CryptoError::UnknownName(name.to_owned(), "key spec"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_back() {
        let pairs = KeyPairSpec::ALL.into_iter().map(KeySpec::Pair);
        let macs = HmacSpec::ALL.into_iter().map(KeySpec::Hmac);
        for spec in pairs.chain(macs).chain([KeySpec::Symmetric]) {
            assert_eq!(spec.name().parse::<KeySpec>(), Ok(spec));
        }
    }

    #[test]
    fn sm2_is_unsupported_and_not_unknown() {
        assert!(matches!(
            "SM2".parse::<KeySpec>(),
            Err(CryptoError::Unsupported(_))
        ));
        assert!(matches!(
            "RSA_1024".parse::<KeySpec>(),
            Err(CryptoError::UnknownName(..))
        ));
    }
}
