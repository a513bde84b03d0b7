//! The one way to a pool: the gate decides on its ARN and tags, whether it exists or not, and only then is it shown.

use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_store::Txn;
use haechi_wire::Shape;

use crate::model::client::Client;
use crate::model::pool::{Pool, arn};
use crate::store::{CLIENTS, POOLS};
use crate::tags::{self, Tags};
use crate::{UserPools, error};

impl UserPools {
    /// The pool that a request names, once the caller may do to it what the call does.
    pub(crate) async fn open(&self, call: &Call, id: &str) -> Result<Arc<Pool>, Failure> {
        self.open_for_tags(call, id, &Tags::new(), &[]).await
    }

    /// As [`UserPools::open`], for a request that brings tags or names their keys.
    pub(crate) async fn open_for_tags(
        &self,
        call: &Call,
        id: &str,
        tags: &Tags,
        keys: &[String],
    ) -> Result<Arc<Pool>, Failure> {
        let found = self.platform.store.get(&POOLS, &call.scope(), id).await?;
        let own = found.as_ref().and_then(|pool| pool.shown.user_pool_tags.clone());
        let context = tags::context(tags, keys, own.as_ref());
        let arn = arn(call.partition(), &call.region, &call.account, id);
        let gate = &self.platform.gate;
        let found = gate.authorize_own(call, &arn, context, found).await?;
        found.into_inner().ok_or_else(|| error::no_such_pool(id))
    }

    /// Changes a pool in one transaction; the caller has been authorized. `change` must have no effects of its own.
    pub(crate) async fn change<O, F>(&self, call: &Call, id: &str, change: F) -> Result<O, Failure>
    where
        O: Shape,
        F: Fn(&mut Pool) -> Result<O, Failure> + Send + Sync,
    {
        let change = &change;
        self.platform
            .write(call, |txn| async move {
                let mut pool = current(&txn, call, id).await?;
                let output = change(&mut pool)?;
                txn.put(&POOLS, &call.scope(), id, &pool).await?;
                Ok(output)
            })
            .await
    }
}

/// The pool as the transaction sees it.
pub(crate) async fn current(txn: &Txn, call: &Call, id: &str) -> Result<Pool, Failure> {
    let found = txn.get(&POOLS, &call.scope(), id).await?;
    Ok(found.ok_or_else(|| error::no_such_pool(id))?.as_ref().clone())
}

/// The client as the transaction sees it.
pub(crate) async fn current_client(txn: &Txn, call: &Call, pool: &str, id: &str) -> Result<Client, Failure> {
    let found = txn.get(&CLIENTS, &call.scope(), (pool, id)).await?;
    Ok(found.ok_or_else(|| error::no_such_client(id))?.as_ref().clone())
}
