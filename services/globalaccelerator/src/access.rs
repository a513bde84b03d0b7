//! The one way to an accelerator: the gate decides on the ARN of what is meant and the accelerator's tags, whether it
//! exists or not, and only then is it shown.

use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_store::Txn;
use haechi_wire::Shape;

use crate::model::{Accelerator, Place};
use crate::store::{ACCELERATORS, scope};
use crate::tags::{self, Tags};
use crate::{GlobalAccelerator, error};

impl GlobalAccelerator {
    /// The accelerator that an ARN of it or of a part names, once the caller may do to it what the call does.
    pub(crate) async fn open(&self, call: &Call, arn: &str) -> Result<(Place, Arc<Accelerator>), Failure> {
        self.open_for_tags(call, arn, &Tags::new(), &[]).await
    }

    /// As [`GlobalAccelerator::open`], for a request that brings tags or names their keys.
    pub(crate) async fn open_for_tags(
        &self,
        call: &Call,
        arn: &str,
        tags: &Tags,
        keys: &[String],
    ) -> Result<(Place, Arc<Accelerator>), Failure> {
        let place = Place::parse(arn, &call.account);
        let found = match &place {
            Some(place) => {
                let store = &self.platform.store;
                store
                    .get(&ACCELERATORS, &scope(&call.account), &place.accelerator)
                    .await?
            }
            None => None,
        };
        let own = found.as_ref().map(|accelerator| &accelerator.tags);
        let context = tags::context(tags, keys, own);
        let gate = &self.platform.gate;
        let found = gate.authorize_own(call, arn, context, found).await?;
        match (place, found.into_inner()) {
            (Some(place), Some(found)) => Ok((place, found)),
            (Some(Place { group: Some(_), .. }), None) => Err(error::no_such_group()),
            (
                Some(Place {
                    listener: Some(_), ..
                }),
                None,
            ) => Err(error::no_such_listener()),
            _ => Err(error::no_such_accelerator()),
        }
    }

    /// Changes an accelerator in one transaction, and tells the gateways; the caller has been authorized. `change`
    /// must have no effects of its own.
    pub(crate) async fn change<O, F>(&self, call: &Call, place: &Place, change: F) -> Result<O, Failure>
    where
        O: Shape,
        F: Fn(&mut Accelerator) -> Result<O, Failure> + Send + Sync,
    {
        let (change, id) = (&change, &place.accelerator);
        self.platform
            .write(call, |txn| async move {
                let mut accelerator = current(&txn, call, id).await?;
                let output = change(&mut accelerator)?;
                accelerator.shown.last_modified_time = Some(call.time);
                txn.put(&ACCELERATORS, &scope(&call.account), id, &accelerator)
                    .await?;
                haechi_dataplane::touch(&txn).await?;
                Ok(output)
            })
            .await
    }
}

/// The accelerator as the transaction sees it.
pub(crate) async fn current(txn: &Txn, call: &Call, id: &str) -> Result<Accelerator, Failure> {
    let found = txn.get(&ACCELERATORS, &scope(&call.account), id).await?;
    Ok(found.ok_or_else(error::no_such_accelerator)?.as_ref().clone())
}
