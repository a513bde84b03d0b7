//! Key pairs: of asymmetric KMS keys, of data key pairs, of import wrapping.
//!
//! Private keys come and go as PKCS#8 (RFC 5958), public keys as SubjectPublicKeyInfo (RFC 5280), ECDSA
//! signatures as DER (RFC 3279): what AWS hands out, and what `openssl` reads. Post-quantum private keys keep
//! the seed form (RFC 9881, RFC 9935).
//!
//! A parsed key may be shared between threads and is worth keeping: parsing costs more than most operations.

mod algorithm;
mod der;
mod ec;
mod ed25519;
mod ml_dsa;
mod ml_kem;
mod private;
mod public;
mod rsa;

pub use algorithm::{EncryptionAlgorithm, MessageType, SigningAlgorithm};
pub use ml_kem::Encapsulated;
pub use private::PrivateKey;
pub use public::PublicKey;

use std::sync::OnceLock;

use crate::error::CryptoError;

/// `OnceLock::get_or_init` for what may fail: a failure is not remembered.
fn get_or_try_init<T>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, CryptoError>,
) -> Result<&T, CryptoError> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}
