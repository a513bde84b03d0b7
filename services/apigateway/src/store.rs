//! What API Gateway keeps, and under which keys.

use haechi_core::AccountId;
use haechi_store::Table;

use crate::model::deployment::Deployment;
use crate::model::domain::Domain;
use crate::model::rest_api::RestApi;
use crate::model::stage::Stage;

/// REST APIs of an account and Region, by id.
pub(crate) const APIS: Table<RestApi> = Table::new("apigateway", "rest-apis", 1).guarded();

/// Deployments: `(API, deployment)`.
pub(crate) const DEPLOYMENTS: Table<Deployment> = Table::new("apigateway", "deployments", 1).guarded();

/// Stages: `(API, stage)`.
pub(crate) const STAGES: Table<Stage> = Table::new("apigateway", "stages", 1).guarded();

/// Custom domain names of an account and Region, by name.
pub(crate) const DOMAINS: Table<Domain> = Table::new("apigateway", "domain-names", 1).guarded();

/// Custom domain names of a Region → the account: a name is taken once for everybody.
pub(crate) const DOMAIN_OWNERS: Table<AccountId> = Table::new("apigateway", "domain-name-owners", 1);
