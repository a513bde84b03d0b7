//! What AppSync keeps, and under which keys.

use haechi_store::Table;

use crate::model::Api;

/// GraphQL APIs of an account and Region, by id.
pub(crate) const APIS: Table<Api> = Table::new("appsync", "graphql-apis", 1).guarded();
