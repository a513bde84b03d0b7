//! The control plane of the same process.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use haechi_core::{AccountId, Arn, Failure};
use haechi_store::Store;

use crate::front::ResourceKind;
use crate::report::{Report, ReportSink};
use crate::snapshot::{ControlPlane, Fronts, Protections, Snapshot};

/// How soon a change is noticed.
const LOOK: Duration = Duration::from_millis(100);

/// Joins what the services say.
pub struct Control {
    store: Store,
    fronts: Vec<Arc<dyn Fronts>>,
    protections: Arc<dyn Protections>,
    sinks: Vec<Arc<dyn ReportSink>>,
}

impl Control {
    /// The control plane over these services.
    pub fn new(
        store: Store,
        fronts: Vec<Arc<dyn Fronts>>,
        protections: Arc<dyn Protections>,
        sinks: Vec<Arc<dyn ReportSink>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            fronts,
            protections,
            sinks,
        })
    }

    async fn snapshot(&self, revision: u64) -> Result<Arc<Snapshot>, Failure> {
        let mut snapshot = Snapshot {
            revision,
            protections: self.protections.protections().await?,
            ..Snapshot::default()
        };
        for service in &self.fronts {
            let (fronts, groups) = service.fronts().await?;
            snapshot.fronts.extend(fronts);
            snapshot.target_groups.extend(groups);
        }
        Ok(Arc::new(snapshot))
    }
}

#[async_trait]
impl ControlPlane for Control {
    async fn next(&self, known: Option<u64>) -> Result<Arc<Snapshot>, Failure> {
        loop {
            // Read before the services are asked: a change in between gives a snapshot that is newer than its
            // number, and is fetched once more.
            let present = crate::revision(&self.store).await?;
            if known != Some(present) {
                return self.snapshot(present).await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn report(&self, report: Report) -> Result<(), Failure> {
        for sink in &self.sinks {
            sink.report(&report).await?;
        }
        Ok(())
    }
}

/// Asks each service for a resource that a web ACL may guard.
pub async fn protectable(
    services: &[Arc<dyn Fronts>],
    resource: &Arn,
) -> Result<Option<(ResourceKind, AccountId)>, Failure> {
    for service in services {
        if let Some(found) = service.protectable(resource).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
