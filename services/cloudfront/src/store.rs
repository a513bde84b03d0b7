//! What CloudFront keeps, and under which keys.

use haechi_core::{AccountId, Partition};
use haechi_store::{Scope, Table};

use crate::model::distribution::{Distribution, Invalidation};

/// Distributions of an account, by id.
pub(crate) const DISTRIBUTIONS: Table<Distribution> = Table::new("cloudfront", "distributions", 1).guarded();

/// Invalidations: `(distribution, invalidation)`.
pub(crate) const INVALIDATIONS: Table<Invalidation> = Table::new("cloudfront", "invalidations", 1).guarded();

/// Caller references of an account → the distribution's id.
pub(crate) const REFERENCES: Table<String> = Table::new("cloudfront", "caller-references", 1);

/// Alternate domain names of the deployment → the distribution's ARN: a name is taken once for everybody.
pub(crate) const ALIASES: Table<String> = Table::new("cloudfront", "aliases", 1);

/// The scope of an account.
pub(crate) fn scope(account: &AccountId) -> Scope {
    Scope::global(Partition::Aws.as_str(), account.as_str())
}
