//! What key pairs can do, in AWS's names.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;

use crate::error::CryptoError;
use crate::spec::KeyPairSpec;

/// A signing algorithm of KMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// `RSASSA_PSS_SHA_256`; the salt is as long as the digest, as in all PSS algorithms here.
    RsassaPssSha256,
    /// `RSASSA_PSS_SHA_384`
    RsassaPssSha384,
    /// `RSASSA_PSS_SHA_512`
    RsassaPssSha512,
    /// `RSASSA_PKCS1_V1_5_SHA_256`
    RsassaPkcs1V15Sha256,
    /// `RSASSA_PKCS1_V1_5_SHA_384`
    RsassaPkcs1V15Sha384,
    /// `RSASSA_PKCS1_V1_5_SHA_512`
    RsassaPkcs1V15Sha512,
    /// `ECDSA_SHA_256`: P-256 and secp256k1.
    EcdsaSha256,
    /// `ECDSA_SHA_384`: P-384.
    EcdsaSha384,
    /// `ECDSA_SHA_512`: P-521.
    EcdsaSha512,
    /// `ED25519_SHA_512`: pure Ed25519, of raw messages only.
    Ed25519Sha512,
    /// `ED25519_PH_SHA_512`: Ed25519ph, of digests only; the digest is hashed once more.
    Ed25519PhSha512,
    /// `ML_DSA_SHAKE_256`: all ML-DSA sizes, of raw messages and external µ.
    MlDsaShake256,
}

impl SigningAlgorithm {
    /// All signing algorithms.
    pub const ALL: [Self; 12] = [
        Self::RsassaPssSha256,
        Self::RsassaPssSha384,
        Self::RsassaPssSha512,
        Self::RsassaPkcs1V15Sha256,
        Self::RsassaPkcs1V15Sha384,
        Self::RsassaPkcs1V15Sha512,
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::Ed25519Sha512,
        Self::Ed25519PhSha512,
        Self::MlDsaShake256,
    ];

    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsassaPssSha256 => "RSASSA_PSS_SHA_256",
            Self::RsassaPssSha384 => "RSASSA_PSS_SHA_384",
            Self::RsassaPssSha512 => "RSASSA_PSS_SHA_512",
            Self::RsassaPkcs1V15Sha256 => "RSASSA_PKCS1_V1_5_SHA_256",
            Self::RsassaPkcs1V15Sha384 => "RSASSA_PKCS1_V1_5_SHA_384",
            Self::RsassaPkcs1V15Sha512 => "RSASSA_PKCS1_V1_5_SHA_512",
            Self::EcdsaSha256 => "ECDSA_SHA_256",
            Self::EcdsaSha384 => "ECDSA_SHA_384",
            Self::EcdsaSha512 => "ECDSA_SHA_512",
            Self::Ed25519Sha512 => "ED25519_SHA_512",
            Self::Ed25519PhSha512 => "ED25519_PH_SHA_512",
            Self::MlDsaShake256 => "ML_DSA_SHAKE_256",
        }
    }

    /// The algorithms with which keys of `spec` sign, in the order in which AWS lists them.
    pub fn of(spec: KeyPairSpec) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|algorithm| algorithm.fits(spec))
            .collect()
    }

    /// Whether keys of `spec` sign with this algorithm.
    pub const fn fits(self, spec: KeyPairSpec) -> bool {
        match self {
            Self::RsassaPssSha256
            | Self::RsassaPssSha384
            | Self::RsassaPssSha512
            | Self::RsassaPkcs1V15Sha256
            | Self::RsassaPkcs1V15Sha384
            | Self::RsassaPkcs1V15Sha512 => spec.is_rsa(),
            Self::EcdsaSha256 => matches!(spec, KeyPairSpec::P256 | KeyPairSpec::Secp256k1),
            Self::EcdsaSha384 => matches!(spec, KeyPairSpec::P384),
            Self::EcdsaSha512 => matches!(spec, KeyPairSpec::P521),
            Self::Ed25519Sha512 | Self::Ed25519PhSha512 => matches!(spec, KeyPairSpec::Ed25519),
            Self::MlDsaShake256 => {
                matches!(
                    spec,
                    KeyPairSpec::MlDsa44 | KeyPairSpec::MlDsa65 | KeyPairSpec::MlDsa87
                )
            }
        }
    }

    /// The digest of RSA and ECDSA algorithms.
    fn digest(self) -> Option<&'static digest::Algorithm> {
        match self {
            Self::RsassaPssSha256 | Self::RsassaPkcs1V15Sha256 | Self::EcdsaSha256 => Some(&digest::SHA256),
            Self::RsassaPssSha384 | Self::RsassaPkcs1V15Sha384 | Self::EcdsaSha384 => Some(&digest::SHA384),
            Self::RsassaPssSha512 | Self::RsassaPkcs1V15Sha512 | Self::EcdsaSha512 => Some(&digest::SHA512),
            Self::Ed25519Sha512 | Self::Ed25519PhSha512 | Self::MlDsaShake256 => None,
        }
    }

    /// Checks that this algorithm is one of `spec` and takes such a message; answers what is to be signed.
    pub(super) fn input(
        self,
        spec: KeyPairSpec,
        message_type: MessageType,
        message: &[u8],
    ) -> Result<Input<'_>, CryptoError> {
        if !self.fits(spec) {
            return Err(CryptoError::SigningAlgorithmMismatch {
                spec,
                algorithm: self,
            });
        }
        match (self, message_type) {
            (Self::Ed25519PhSha512, MessageType::Digest) => fixed::<64>(message).map(Input::Prehash),
            (Self::MlDsaShake256, MessageType::ExternalMu) => fixed::<64>(message).map(Input::Mu),
            (Self::Ed25519PhSha512, _) => Err(self.refuses(message_type)),
            (_, MessageType::Raw) => Ok(Input::Message(message)),
            (_, MessageType::Digest) => {
                let algorithm = self.digest().ok_or_else(|| self.refuses(message_type))?;
                digest::Digest::import_less_safe(message, algorithm)
                    .map(Input::Digest)
                    .map_err(|_| CryptoError::DigestLength {
                        expected: algorithm.output_len(),
                        actual: message.len(),
                    })
            }
            (_, MessageType::ExternalMu) => Err(self.refuses(message_type)),
        }
    }

    fn refuses(self, message_type: MessageType) -> CryptoError {
        CryptoError::MessageTypeMismatch {
            algorithm: self,
            message_type,
        }
    }
}

fn fixed<const N: usize>(message: &[u8]) -> Result<&[u8; N], CryptoError> {
    message.try_into().map_err(|_| CryptoError::DigestLength {
        expected: N,
        actual: message.len(),
    })
}

/// What is signed, after all checks.
pub(super) enum Input<'a> {
    /// A whole message.
    Message(&'a [u8]),
    /// A digest of the algorithm's own hash.
    Digest(digest::Digest),
    /// A message for Ed25519ph. It is a digest already, and yet hashed again: KMS documents it so (Sign,
    /// MessageType; FIPS 186-5, section 7.8.1).
    Prehash(&'a [u8; 64]),
    /// An ML-DSA message representative.
    Mu(&'a [u8; 64]),
}

/// How a message is given to sign and verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum MessageType {
    /// `RAW`: the algorithm hashes it.
    #[default]
    Raw,
    /// `DIGEST`: it is hashed already.
    Digest,
    /// `EXTERNAL_MU`: the message representative of ML-DSA (FIPS 204, section 6.2).
    ExternalMu,
}

impl MessageType {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "RAW",
            Self::Digest => "DIGEST",
            Self::ExternalMu => "EXTERNAL_MU",
        }
    }
}

/// An asymmetric encryption algorithm of KMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncryptionAlgorithm {
    /// `RSAES_OAEP_SHA_1`
    RsaesOaepSha1,
    /// `RSAES_OAEP_SHA_256`
    RsaesOaepSha256,
}

impl EncryptionAlgorithm {
    /// All asymmetric encryption algorithms.
    pub const ALL: [Self; 2] = [Self::RsaesOaepSha1, Self::RsaesOaepSha256];

    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaesOaepSha1 => "RSAES_OAEP_SHA_1",
            Self::RsaesOaepSha256 => "RSAES_OAEP_SHA_256",
        }
    }
}

macro_rules! named {
    ($type:ty, $what:literal, [$($all:expr),*], $unsupported:pat) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = CryptoError;

            fn from_str(name: &str) -> Result<Self, CryptoError> {
                if matches!(name, $unsupported) {
                    return Err(CryptoError::Unsupported(concat!("this ", $what, " of SM2 keys")));
                }
                [$($all),*].concat().into_iter().find(|one: &Self| one.name() == name)
                    .ok_or_else(|| CryptoError::UnknownName(name.to_owned(), $what))
            }
        }
    };
}

named!(
    SigningAlgorithm,
    "signing algorithm",
    [SigningAlgorithm::ALL],
    "SM2DSA"
);
named!(
    EncryptionAlgorithm,
    "encryption algorithm",
    [EncryptionAlgorithm::ALL],
    "SM2PKE"
);
named!(
    MessageType,
    "message type",
    [[Self::Raw, Self::Digest, Self::ExternalMu]],
    ""
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_back_and_sm2_is_unsupported() {
        for algorithm in SigningAlgorithm::ALL {
            assert_eq!(algorithm.name().parse(), Ok(algorithm));
        }
        for algorithm in EncryptionAlgorithm::ALL {
            assert_eq!(algorithm.name().parse(), Ok(algorithm));
        }
        for message_type in [MessageType::Raw, MessageType::Digest, MessageType::ExternalMu] {
            assert_eq!(message_type.name().parse(), Ok(message_type));
        }
        assert!(matches!(
            "SM2DSA".parse::<SigningAlgorithm>(),
            Err(CryptoError::Unsupported(_))
        ));
        assert!(matches!(
            "SM2PKE".parse::<EncryptionAlgorithm>(),
            Err(CryptoError::Unsupported(_))
        ));
    }

    #[test]
    fn ed25519_takes_raw_messages_and_ed25519ph_digests_only() {
        let input = |algorithm: SigningAlgorithm, message_type, len| {
            algorithm
                .input(KeyPairSpec::Ed25519, message_type, &vec![0; len])
                .map(|_| ())
        };
        input(SigningAlgorithm::Ed25519Sha512, MessageType::Raw, 5).unwrap();
        input(SigningAlgorithm::Ed25519PhSha512, MessageType::Digest, 64).unwrap();
        for (algorithm, message_type) in [
            (SigningAlgorithm::Ed25519Sha512, MessageType::Digest),
            (SigningAlgorithm::Ed25519Sha512, MessageType::ExternalMu),
            (SigningAlgorithm::Ed25519PhSha512, MessageType::Raw),
        ] {
            assert_eq!(
                input(algorithm, message_type, 64),
                Err(CryptoError::MessageTypeMismatch {
                    algorithm,
                    message_type
                })
            );
        }
        assert_eq!(
            input(SigningAlgorithm::Ed25519PhSha512, MessageType::Digest, 32),
            Err(CryptoError::DigestLength {
                expected: 64,
                actual: 32
            })
        );
    }

    #[test]
    fn ml_dsa_takes_raw_messages_and_mu_of_64_bytes() {
        let input = |message_type, len| {
            SigningAlgorithm::MlDsaShake256
                .input(KeyPairSpec::MlDsa65, message_type, &vec![0; len])
                .map(|_| ())
        };
        input(MessageType::Raw, 0).unwrap();
        input(MessageType::ExternalMu, 64).unwrap();
        assert_eq!(
            input(MessageType::ExternalMu, 63),
            Err(CryptoError::DigestLength {
                expected: 64,
                actual: 63
            })
        );
        assert!(matches!(
            input(MessageType::Digest, 64),
            Err(CryptoError::MessageTypeMismatch { .. })
        ));
    }

    #[test]
    fn digests_must_be_as_long_as_the_algorithms() {
        for (algorithm, spec, expected) in [
            (SigningAlgorithm::EcdsaSha256, KeyPairSpec::Secp256k1, 32),
            (SigningAlgorithm::EcdsaSha384, KeyPairSpec::P384, 48),
            (SigningAlgorithm::EcdsaSha512, KeyPairSpec::P521, 64),
            (SigningAlgorithm::RsassaPssSha384, KeyPairSpec::Rsa2048, 48),
        ] {
            assert!(
                algorithm
                    .input(spec, MessageType::Digest, &vec![0; expected])
                    .is_ok()
            );
            for actual in [0, expected - 1, expected + 1] {
                assert_eq!(
                    algorithm
                        .input(spec, MessageType::Digest, &vec![0; actual])
                        .map(|_| ()),
                    Err(CryptoError::DigestLength { expected, actual })
                );
            }
        }
    }

    #[test]
    fn algorithms_of_other_specs_are_refused() {
        assert_eq!(
            SigningAlgorithm::EcdsaSha256
                .input(KeyPairSpec::P384, MessageType::Raw, b"")
                .map(|_| ()),
            Err(CryptoError::SigningAlgorithmMismatch {
                spec: KeyPairSpec::P384,
                algorithm: SigningAlgorithm::EcdsaSha256
            })
        );
        assert_eq!(SigningAlgorithm::of(KeyPairSpec::Rsa3072).len(), 6);
        assert!(SigningAlgorithm::of(KeyPairSpec::MlKem768).is_empty());
    }
}
