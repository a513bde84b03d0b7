//! Seals for the root key: file, passphrase, PKCS#11.
//!
//! While the server is stopped, nothing on disk may give away a key. The root key therefore rests *sealed*: wrapped
//! under something that is not in the same place.
//!
//! | seal | what opens it |
//! |---|---|
//! | [`KeyFileSeal`] | a key file of mode 0600; in the data directory for a first start, elsewhere (a mounted credential) for more |
//! | [`PassphraseSeal`] | a passphrase, through Argon2id |
//! | [`Pkcs11Seal`](pkcs11::Pkcs11Seal) | an AES key that never leaves a hardware security module |
//!
//! The [`SealedRoot`] is what a seal leaves behind. Where it is kept is another matter: in [`SealFile`] (`seal.json`
//! of the data directory), or in the store of a shared database, where the keyring puts it. Exchanging the seal
//! ([`reseal`]) rewrites this one record and no data.
//!
//! [`process`] keeps the opened key out of core dumps.

mod durable;
mod error;
mod key_file;
mod passphrase;
#[cfg(feature = "pkcs11")]
pub mod pkcs11;
pub mod process;
mod seal_file;
mod sealed_root;

pub use error::SealError;
pub use key_file::KeyFileSeal;
pub use passphrase::{Argon2idParameters, PassphraseSeal};
pub use seal_file::{Opened, SealFile};
pub use sealed_root::{SealMethod, SealedRoot};

use haechi_crypto::RootKey;

/// Something that closes over the root key and opens it again.
pub trait Seal: Send + Sync {
    /// Seals `root`.
    fn close(&self, root: &RootKey) -> Result<SealedRoot, SealError>;

    /// Opens what the same seal closed. Another kind of seal is [`SealError::AnotherMethod`]; the wrong key,
    /// passphrase or module [`SealError::WrongKey`].
    fn open(&self, sealed: &SealedRoot) -> Result<RootKey, SealError>;
}

/// Takes the root out of one seal and closes it under another. All data stays as it is.
///
/// The answer is only a record: it must be stored (see [`SealFile::reseal`]) before what opened the old one may go.
pub fn reseal(sealed: &SealedRoot, from: &dyn Seal, to: &dyn Seal) -> Result<SealedRoot, SealError> {
    let root = from.open(sealed)?;
    let resealed = to.close(&root)?;
    // A seal that does not open what it closed would lose everything: find out while the old one still stands.
    if to.open(&resealed)? != root {
        return Err(SealError::WrongKey);
    }
    Ok(resealed)
}
