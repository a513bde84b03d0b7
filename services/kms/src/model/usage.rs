//! What a key is for.

use haechi_crypto::{KeyPairSpec, KeySpec};
use serde::{Deserialize, Serialize};

/// The one purpose of a key, fixed when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyUsage {
    /// `ENCRYPT_DECRYPT`
    EncryptDecrypt,
    /// `SIGN_VERIFY`
    SignVerify,
    /// `GENERATE_VERIFY_MAC`
    GenerateVerifyMac,
    /// `KEY_AGREEMENT`
    KeyAgreement,
    /// `ENCAPSULATE_DECAPSULATE`
    EncapsulateDecapsulate,
}

impl KeyUsage {
    /// All usages.
    pub const ALL: [Self; 5] = [
        Self::EncryptDecrypt,
        Self::SignVerify,
        Self::GenerateVerifyMac,
        Self::KeyAgreement,
        Self::EncapsulateDecapsulate,
    ];

    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EncryptDecrypt => "ENCRYPT_DECRYPT",
            Self::SignVerify => "SIGN_VERIFY",
            Self::GenerateVerifyMac => "GENERATE_VERIFY_MAC",
            Self::KeyAgreement => "KEY_AGREEMENT",
            Self::EncapsulateDecapsulate => "ENCAPSULATE_DECAPSULATE",
        }
    }

    /// Reads AWS's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|usage| usage.name() == name)
    }

    /// The usages that a spec allows. Source: KMS developer guide, "Key spec reference".
    pub fn of(spec: KeySpec) -> &'static [Self] {
        use KeyPairSpec as P;
        match spec {
            KeySpec::Symmetric => &[Self::EncryptDecrypt],
            KeySpec::Hmac(_) => &[Self::GenerateVerifyMac],
            KeySpec::Pair(P::Rsa2048 | P::Rsa3072 | P::Rsa4096) => &[Self::EncryptDecrypt, Self::SignVerify],
            KeySpec::Pair(P::P256 | P::P384 | P::P521) => &[Self::SignVerify, Self::KeyAgreement],
            KeySpec::Pair(P::Secp256k1 | P::Ed25519 | P::MlDsa44 | P::MlDsa65 | P::MlDsa87) => {
                &[Self::SignVerify]
            }
            KeySpec::Pair(P::MlKem512 | P::MlKem768 | P::MlKem1024) => &[Self::EncapsulateDecapsulate],
        }
    }
}

/// `EncryptionAlgorithms` of a key's metadata.
pub fn encryption_algorithms(spec: KeySpec, usage: KeyUsage) -> &'static [&'static str] {
    match (usage, spec) {
        (KeyUsage::EncryptDecrypt, KeySpec::Symmetric) => &["SYMMETRIC_DEFAULT"],
        (KeyUsage::EncryptDecrypt, KeySpec::Pair(_)) => &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
        _ => &[],
    }
}

/// `SigningAlgorithms` of a key's metadata.
pub fn signing_algorithms(spec: KeySpec, usage: KeyUsage) -> &'static [&'static str] {
    use KeyPairSpec as P;
    let (KeyUsage::SignVerify, KeySpec::Pair(pair)) = (usage, spec) else {
        return &[];
    };
    match pair {
        P::Rsa2048 | P::Rsa3072 | P::Rsa4096 => &[
            "RSASSA_PKCS1_V1_5_SHA_256",
            "RSASSA_PKCS1_V1_5_SHA_384",
            "RSASSA_PKCS1_V1_5_SHA_512",
            "RSASSA_PSS_SHA_256",
            "RSASSA_PSS_SHA_384",
            "RSASSA_PSS_SHA_512",
        ],
        P::P256 | P::Secp256k1 => &["ECDSA_SHA_256"],
        P::P384 => &["ECDSA_SHA_384"],
        P::P521 => &["ECDSA_SHA_512"],
        P::Ed25519 => &["ED25519_SHA_512", "ED25519_PH_SHA_512"],
        P::MlDsa44 | P::MlDsa65 | P::MlDsa87 => &["ML_DSA_SHAKE_256"],
        P::MlKem512 | P::MlKem768 | P::MlKem1024 => &[],
    }
}

/// `KeyAgreementAlgorithms` of a key's metadata.
pub fn key_agreement_algorithms(usage: KeyUsage) -> &'static [&'static str] {
    if usage == KeyUsage::KeyAgreement {
        &["ECDH"]
    } else {
        &[]
    }
}

/// `MacAlgorithms` of a key's metadata.
pub fn mac_algorithms(spec: KeySpec) -> Vec<&'static str> {
    match spec {
        KeySpec::Hmac(hmac) => vec![hmac.mac_algorithm()],
        _ => Vec::new(),
    }
}
