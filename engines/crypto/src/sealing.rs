//! What rests on disk: the hierarchy of keys that seal keys.
//!
//! ```text
//! RootKey     one per deployment; itself sealed by a seal (file, passphrase, HSM)
//!   └ DomainKey   one per account and Region, kept wrapped under the root
//!       └ Sealed      key material and other secrets, one record each
//! ```
//!
//! Exchanging the seal touches the root's record alone; exchanging the root touches the domain keys alone.
//! Every record is bound to its owner and purpose ([`Binding`]), so that records can't be swapped, replayed
//! under another account, or passed off as something else by whoever can write to the store.

mod binding;
mod domain;
mod root;
mod sealed;

pub use binding::Binding;
pub use domain::{DomainKey, WrappedDomainKey};
pub use root::RootKey;
pub use sealed::{Sealed, SealingKeyId};

#[cfg(test)]
mod tests;
