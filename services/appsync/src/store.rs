//! What AppSync keeps, and under which keys.

use haechi_core::Call;
use haechi_store::{Scope, Table};

use crate::model::Api;

/// GraphQL APIs of an account and Region, by id.
pub(crate) const APIS: Table<Api> = Table::new("appsync", "graphql-apis", 1).guarded();

/// All of an account and Region.
pub(crate) const ALL: usize = usize::MAX / 2;

/// The scope of a call.
pub(crate) fn scope(call: &Call) -> Scope {
    Scope::new(
        call.partition().as_str(),
        call.account.as_str(),
        call.region.as_str(),
    )
}
