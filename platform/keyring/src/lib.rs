//! Domain keys: sealed under the root key, one per account and Region.
//!
//! The [`Keyring`] is how services seal what they store: it holds the opened root, finds or makes the domain key of
//! an account and Region, and seals and opens with it. On a database shared by several nodes the sealed root itself
//! lies in the store: [`root`] opens it there.
//!
//! Trust boundary: the store may be read and written by anyone who has the database; what they find opens nothing, and
//! what they move or alter is refused.

mod error;
mod keyring;
pub mod root;

pub use error::KeyringError;
pub use haechi_crypto::{Binding, DomainKey, Plaintext, Sealed};
pub use keyring::Keyring;
