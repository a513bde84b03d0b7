//! What can go wrong with a seal.

use std::io;
use std::path::PathBuf;

use haechi_crypto::CryptoError;

/// Why the root key could not be sealed or opened. The message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The record was made by another kind of seal.
    #[error("the root key is sealed by {sealed_by}, not by {tried}: choose that seal in the configuration")]
    AnotherMethod {
        /// The method that the record names.
        sealed_by: &'static str,
        /// The method that was asked to open it.
        tried: &'static str,
    },
    /// The key file, passphrase or module is not the one that sealed the root, or the record was altered.
    #[error(
        "the seal does not open: wrong key file, passphrase or HSM key, or the sealed record was altered"
    )]
    WrongKey,
    /// A record of a version that this build does not know.
    #[error("the sealed root has format version {0}, which a newer Haechi wrote: use that one")]
    UnknownVersion(u8),
    /// A record that is no record.
    #[error("the sealed root can't be read: {0}; restore it from a backup")]
    Malformed(String),
    /// There is no sealed root yet.
    #[error("there is no sealed root at {0}: has this data directory ever been started?")]
    Missing(PathBuf),
    /// Someone else made a sealed root meanwhile.
    #[error("{0} exists already: another process has just been started on this data directory")]
    Exists(PathBuf),
    /// A key file that others may read.
    #[error(
        "the key file {path} may be read by others (mode {mode:o}): chmod 600 it, and consider the key known"
    )]
    KeyFileExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A key file that holds no key.
    #[error("the key file {0} does not hold a 32-byte key in base64")]
    KeyFileMalformed(PathBuf),
    /// A passphrase that protects nothing.
    #[error("the passphrase has {0} bytes; use at least {min}", min = crate::PassphraseSeal::MIN_LEN)]
    PassphraseTooShort(usize),
    /// Argon2id parameters that are below what is safe or above what a machine can do.
    #[error("the Argon2id parameters are out of bounds: {0}")]
    Parameters(&'static str),
    /// A file could not be read or written.
    #[error("{action} {path} failed: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The HSM or its library refused.
    #[error("the PKCS#11 module failed while {action}: {reason}")]
    Pkcs11 {
        /// What was tried.
        action: &'static str,
        /// What the module said.
        reason: String,
    },
    /// The operating system refused to harden the process.
    #[error("{action} failed: {source}")]
    Process {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The cryptographic engine failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

impl SealError {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
