//! The handles that every service is given.

use std::future::Future;
use std::sync::Arc;

use haechi_store::{Store, Txn};
use haechi_wire::{Shape, Timestamp};

use crate::call::Call;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::gate::Gate;
use crate::ports::{AuditTrail, Outcome};
use crate::random::Random;

/// Time, chance, storage, authority and audit, handed down from the binary.
#[derive(Clone)]
pub struct Platform {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and tokens.
    pub random: Arc<dyn Random>,
    /// Where state lives.
    pub store: Store,
    /// Who may do what.
    pub gate: Arc<Gate>,
    /// Who did what.
    pub audit: Arc<dyn AuditTrail>,
}

impl Platform {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs `change` in one transaction and puts the call's audit record into the same batch, so that no change
    /// stands without its record. The output of `change` must be the operation's answer.
    pub async fn write<O, F, Fut>(&self, call: &Call, change: F) -> Result<O, Failure>
    where
        O: Shape,
        F: Fn(Txn) -> Fut + Send + Sync,
        Fut: Future<Output = Result<O, Failure>> + Send,
    {
        let output = self
            .store
            .txn(|txn| {
                let changing = change(txn.clone());
                async move {
                    let output = changing.await?;
                    let fields = output.clone().into_fields();
                    for record in self.audit.records(call, &Outcome::Success(&fields)) {
                        txn.log(record).await;
                    }
                    Ok::<O, Failure>(output)
                }
            })
            .await?;
        call.mark_audited();
        Ok(output)
    }
}
