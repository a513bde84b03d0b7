//! What can go wrong, one variant per cause.

use crate::pair::{EncryptionAlgorithm, MessageType, SigningAlgorithm};
use crate::sealing::SealingKeyId;
use crate::spec::{KeyPairSpec, KeySpec};

/// Why a cryptographic operation was refused or failed.
///
/// No variant carries key material, plaintext, or anything else that would help to guess them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// The provider failed where it should not: no memory, no entropy, a broken invariant.
    #[error("the cryptographic provider failed while {0}")]
    Provider(&'static str),
    /// A ciphertext blob is cut short, altered, made by another key, or opened with another context.
    #[error("the ciphertext is not one of this key, or was altered, or the encryption context differs")]
    InvalidCiphertext,
    /// A ciphertext blob or a sealed record of a format version that this build does not know.
    #[error("format version {0} is not known to this build; a newer Haechi wrote it")]
    UnknownFormat(u8),
    /// A sealed record that was altered, cut short, or moved to another owner.
    #[error("the sealed record was altered, or belongs to another owner or purpose")]
    SealBroken,
    /// A sealed record made by another sealing key than the one at hand.
    #[error("the record is sealed by key {sealed_by}, not by {at_hand}")]
    SealedByAnotherKey {
        /// The key that sealed the record.
        sealed_by: SealingKeyId,
        /// The key that was asked to open it.
        at_hand: SealingKeyId,
    },
    /// A spec or algorithm that AWS names and that this build can't do.
    #[error("{0} is not supported: no well-kept Rust library implements it")]
    Unsupported(&'static str),
    /// A name that is no spec or algorithm.
    #[error("{0:?} is not the name of a known {1}")]
    UnknownName(String, &'static str),
    /// A key id that can't be written into a ciphertext header.
    #[error("a key id has 1 to 255 bytes, this one has {0}")]
    KeyIdLength(usize),
    /// A material id that is not 64 hexadecimal digits.
    #[error("a key material id is 64 hexadecimal digits")]
    InvalidMaterialId,
    /// The key can't sign with this algorithm.
    #[error("{algorithm} is not an algorithm of {spec} keys")]
    SigningAlgorithmMismatch {
        /// The key's spec.
        spec: KeyPairSpec,
        /// The algorithm asked for.
        algorithm: SigningAlgorithm,
    },
    /// The key can't encrypt with this algorithm.
    #[error("{algorithm} is not an algorithm of {spec} keys")]
    EncryptionAlgorithmMismatch {
        /// The key's spec.
        spec: KeyPairSpec,
        /// The algorithm asked for.
        algorithm: EncryptionAlgorithm,
    },
    /// The key can't do what was asked: for example ECDH with an RSA key.
    #[error("{spec} keys can't be used for {operation}")]
    OperationMismatch {
        /// The key's spec.
        spec: KeyPairSpec,
        /// What was asked for.
        operation: &'static str,
    },
    /// The signing algorithm does not take this kind of message.
    #[error("{algorithm} does not take messages of type {message_type}")]
    MessageTypeMismatch {
        /// The algorithm asked for.
        algorithm: SigningAlgorithm,
        /// The kind of message that was given.
        message_type: MessageType,
    },
    /// A digest or message representative whose length is not the algorithm's.
    #[error("the digest must have {expected} bytes, this one has {actual}")]
    DigestLength {
        /// The length that the algorithm asks for.
        expected: usize,
        /// The length that was given.
        actual: usize,
    },
    /// A plaintext that does not fit under an RSA key.
    #[error("the plaintext may have at most {max} bytes under this key and algorithm, this one has {actual}")]
    PlaintextLength {
        /// The longest plaintext.
        max: usize,
        /// The length that was given.
        actual: usize,
    },
    /// A signature that is not the message's under this key.
    #[error("the signature is not valid")]
    InvalidSignature,
    /// A MAC that is not the message's under this key.
    #[error("the MAC is not valid")]
    InvalidMac,
    /// A public key that can't be read, or is of another kind than it must be.
    #[error("the public key is not a DER SubjectPublicKeyInfo of a {0} key")]
    InvalidPublicKey(KeyPairSpec),
    /// A private key that can't be read, or is of another kind than it must be.
    #[error("the key material is not an unencrypted DER PKCS#8 private key of a {0} key")]
    InvalidPrivateKey(KeyPairSpec),
    /// A post-quantum private key without the seed that it must carry.
    #[error("the {0} private key must be in seed form, as RFC 9881 and RFC 9935 recommend")]
    SeedMissing(KeyPairSpec),
    /// Symmetric or HMAC material of the wrong length.
    #[error("{spec} key material has {expected} bytes, this one has {actual}")]
    MaterialLength {
        /// The key's spec.
        spec: KeySpec,
        /// The length that the spec asks for.
        expected: usize,
        /// The length that was given.
        actual: usize,
    },
    /// Imported material that does not unwrap: another wrapping key, another algorithm, or damage.
    #[error("the wrapped key material can't be unwrapped with this wrapping key and algorithm")]
    UnwrapFailed,
    /// A KEM ciphertext of the wrong length.
    #[error("the encapsulated key must have {expected} bytes, this one has {actual}")]
    EncapsulationLength {
        /// The length that the key asks for.
        expected: usize,
        /// The length that was given.
        actual: usize,
    },
}
