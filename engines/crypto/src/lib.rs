//! Keys, envelopes, signatures: everything that touches key material.
//!
//! The crate is pure: no I/O, no clock, no async. It knows nothing of accounts' policies or of AWS's
//! request types; it takes keys and bytes and answers with bytes.
//!
//! | module | the idea |
//! |---|---|
//! | [`secret`] | bytes that zeroize themselves and can't be printed |
//! | [`sealing`] | root key → domain keys → sealed material: what rests on disk |
//! | [`envelope`] | the ciphertext blob of symmetric KMS keys |
//! | [`spec`], [`material`], [`material_id`] | which keys there are, what they are made of, how material is named |
//! | [`hmac`] | HMAC KMS keys |
//! | [`pair`] | RSA, EC, Ed25519, ML-DSA and ML-KEM key pairs |
//! | [`import`] | unwrapping of imported key material |
//! | [`random`] | random bytes |
//!
//! # Where chance comes from
//!
//! Elsewhere in Haechi the random source is a parameter, so that simulated runs repeat. Not here: keys,
//! nonces and blinding come from the generator inside AWS-LC, because a validated module must not take key
//! entropy from its caller (and its key generation calls have no such argument). Identifiers and everything
//! else that is not a secret use the platform's random source.

mod aead;
mod derive;
pub mod envelope;
mod error;
mod ffi;
pub mod hmac;
pub mod import;
pub mod material;
pub mod material_id;
pub mod pair;
pub mod random;
pub mod sealing;
pub mod secret;
pub mod spec;

pub use envelope::{CanonicalContext, CiphertextHeader};
pub use error::CryptoError;
pub use hmac::HmacKey;
pub use import::{WrappingAlgorithm, WrappingKey, WrappingKeySpec};
pub use material::{KeyMaterial, SymmetricKey};
pub use material_id::MaterialId;
pub use pair::{EncryptionAlgorithm, MessageType, PrivateKey, PublicKey, SigningAlgorithm};
pub use sealing::{Binding, DomainKey, RootKey, Sealed, SealingKeyId, WrappedDomainKey};
pub use secret::{KeyBytes, Plaintext};
pub use spec::{HmacSpec, KeyPairSpec, KeySpec};
