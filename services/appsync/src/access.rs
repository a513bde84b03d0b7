//! The one way to an API: the gate decides on its ARN and tags, whether it exists or not, and only then is it shown.

use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_store::Txn;
use haechi_wire::Shape;

use crate::model::{Api, arn};
use crate::store::APIS;
use crate::tags::{self, Tags};
use crate::{AppSync, error};

impl AppSync {
    /// The API that a request names, once the caller may do to it, or to the part of it that `below` names, what the
    /// call does.
    pub(crate) async fn open(&self, call: &Call, id: &str, below: &str) -> Result<Arc<Api>, Failure> {
        self.open_for_tags(call, id, below, &Tags::new(), &[]).await
    }

    /// As [`AppSync::open`], for a request that brings tags or names their keys.
    pub(crate) async fn open_for_tags(
        &self,
        call: &Call,
        id: &str,
        below: &str,
        tags: &Tags,
        keys: &[String],
    ) -> Result<Arc<Api>, Failure> {
        let found = self.platform.store.get(&APIS, &call.scope(), id).await?;
        let own = found.as_ref().and_then(|api| api.shown.tags.clone());
        let context = tags::context(tags, keys, own.as_ref());
        let arn = arn(call.partition(), &call.region, &call.account, id);
        let resource = format!("{arn}{below}");
        let gate = &self.platform.gate;
        let found = gate.authorize_own(call, &resource, context, found).await?;
        found.into_inner().ok_or_else(|| error::no_such_api(id))
    }

    /// Changes an API in one transaction, and tells the gateways; the caller has been authorized. `change` must have no
    /// effects of its own.
    pub(crate) async fn change<O, F>(&self, call: &Call, id: &str, change: F) -> Result<O, Failure>
    where
        O: Shape,
        F: Fn(&mut Api) -> Result<O, Failure> + Send + Sync,
    {
        let change = &change;
        self.platform
            .write(call, |txn| async move {
                let mut api = current(&txn, call, id).await?;
                let output = change(&mut api)?;
                txn.put(&APIS, &call.scope(), id, &api).await?;
                haechi_dataplane::touch(&txn).await?;
                Ok(output)
            })
            .await
    }
}

/// The API as the transaction sees it.
pub(crate) async fn current(txn: &Txn, call: &Call, id: &str) -> Result<Api, Failure> {
    let found = txn.get(&APIS, &call.scope(), id).await?;
    Ok(found.ok_or_else(|| error::no_such_api(id))?.as_ref().clone())
}
