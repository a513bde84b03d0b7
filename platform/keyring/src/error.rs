//! What can go wrong with the keyring.

use haechi_core::{AccountId, Region};
use haechi_crypto::CryptoError;
use haechi_seal::SealError;
use haechi_store::StoreError;

/// Why a secret could not be sealed or opened. Each is an internal fault to a client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The domain key in the store is not one of this root, or was moved or altered.
    #[error("the domain key of account {account} in {region} does not open with this root key: {source}")]
    DomainKey {
        /// The account.
        account: AccountId,
        /// The Region.
        region: Region,
        /// What the engine said.
        source: CryptoError,
    },
    /// There is no sealed root in the store yet.
    #[error("the store holds no sealed root: has this deployment ever been started?")]
    NoRoot,
    /// Someone else exchanged the seal while this exchange was on its way.
    #[error("the seal was exchanged by someone else meanwhile: look at it and try again")]
    ResealedMeanwhile,
    /// The work on the seal was cut off.
    #[error("the work on the seal was cut off; the process is shutting down")]
    Interrupted,
    /// A record that was altered, moved to another owner, or sealed by another domain key.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The seal of the root does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
