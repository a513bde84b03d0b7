//! What a gateway needs to know, at one moment.

use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::{AccountId, Arn, Failure};
use haechi_store::Txn;
use serde::{Deserialize, Serialize};

use crate::front::{Front, ResourceKind, TargetGroup};
use crate::protection::Protection;
use crate::report::Report;

/// Fronts, targets and web ACLs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Grows with every change.
    pub revision: u64,
    /// What is served.
    pub fronts: Vec<Front>,
    /// Where it goes.
    pub target_groups: Vec<TargetGroup>,
    /// What guards it; web ACLs without resources are left out.
    pub protections: Vec<Protection>,
}

/// Where a gateway gets its knowledge and leaves its reports.
#[async_trait]
pub trait ControlPlane: Send + Sync {
    /// The present snapshot, as soon as it is newer than `known`.
    async fn next(&self, known: Option<u64>) -> Result<Arc<Snapshot>, Failure>;

    /// Takes a report. What fails is told and tried again by the gateway.
    async fn report(&self, report: Report) -> Result<(), Failure>;
}

/// A service that has fronts.
#[async_trait]
pub trait Fronts: Send + Sync {
    /// All fronts of all accounts and Regions, and the target groups that they name.
    async fn fronts(&self) -> Result<(Vec<Front>, Vec<TargetGroup>), Failure>;

    /// What a web ACL may be associated with: the kind and the owner of the resource with this ARN, if it is one of
    /// this service's and exists. A network load balancer is none.
    async fn protectable(&self, resource: &Arn) -> Result<Option<(ResourceKind, AccountId)>, Failure>;
}

/// The service that has web ACLs.
#[async_trait]
pub trait Protections: Send + Sync {
    /// The web ACLs that guard something.
    async fn protections(&self) -> Result<Vec<Protection>, Failure>;
}

/// Knows web ACLs, for services that associate their resources themselves (CloudFront). WAF implements it.
#[async_trait]
pub trait WebAcls: Send + Sync {
    /// Whether there is a web ACL with this ARN; asked within the asker's transaction, which so depends on it.
    async fn exists(&self, txn: &Txn, web_acl: &Arn) -> Result<bool, Failure>;
}
