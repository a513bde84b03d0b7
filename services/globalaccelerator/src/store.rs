//! What Global Accelerator keeps, and under which keys.

use haechi_core::{AccountId, Partition};
use haechi_store::{Scope, Table};

use crate::model::Accelerator;

/// Accelerators of an account, by id.
pub(crate) const ACCELERATORS: Table<Accelerator> =
    Table::new("globalaccelerator", "accelerators", 1).guarded();

/// Addresses of the deployment → the accelerator's ARN: an address is taken once for everybody.
pub(crate) const ADDRESSES: Table<String> = Table::new("globalaccelerator", "addresses", 1);

/// The scope of an account.
pub(crate) fn scope(account: &AccountId) -> Scope {
    Scope::global(Partition::Aws.as_str(), account.as_str())
}
