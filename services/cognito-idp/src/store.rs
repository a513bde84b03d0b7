//! What Cognito keeps, and under which keys.

use haechi_store::Table;

use crate::model::client::Client;
use crate::model::domain::Domain;
use crate::model::pool::Pool;

/// User pools of an account and Region, by id.
pub(crate) const POOLS: Table<Pool> = Table::new("cognito-idp", "user-pools", 1).guarded();

/// App clients: `(pool, client)`.
pub(crate) const CLIENTS: Table<Client> = Table::new("cognito-idp", "clients", 1).guarded();

/// Domains of a Region, by prefix or name: each is taken once for everybody.
pub(crate) const DOMAINS: Table<Domain> = Table::new("cognito-idp", "domains", 1);
