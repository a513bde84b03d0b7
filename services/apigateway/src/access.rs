//! The one way to an API: the gate decides on its path and tags, whether it exists or not, and only then is it shown.

use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_store::Txn;
use haechi_wire::Shape;

use crate::model::domain::Domain;
use crate::model::rest_api::RestApi;
use crate::model::stage::Stage;
use crate::store::{APIS, DOMAINS, STAGES};
use crate::tags::Tags;
use crate::{ApiGateway, error};

impl ApiGateway {
    /// The API that a request names, once the caller may do to it what the call does.
    pub(crate) async fn open(&self, call: &Call, id: &str) -> Result<Arc<RestApi>, Failure> {
        self.open_with(call, id, &Tags::new()).await
    }

    /// As [`ApiGateway::open`], for a request that brings tags.
    pub(crate) async fn open_with(
        &self,
        call: &Call,
        id: &str,
        tags: &Tags,
    ) -> Result<Arc<RestApi>, Failure> {
        let found = self.platform.store.get(&APIS, &call.scope(), id).await?;
        let own = found.as_ref().and_then(|api| api.shown.tags.clone());
        let found = self
            .authorize(call, tags, own.as_ref(), found)
            .await?
            .into_inner();
        found.ok_or_else(|| error::no_such_api(call, id))
    }

    /// The domain name that a request names.
    pub(crate) async fn open_domain(&self, call: &Call, name: &str) -> Result<Arc<Domain>, Failure> {
        let found = self.platform.store.get(&DOMAINS, &call.scope(), name).await?;
        let own = found.as_ref().and_then(|domain| domain.shown.tags.clone());
        let found = self
            .authorize(call, &Tags::new(), own.as_ref(), found)
            .await?
            .into_inner();
        found.ok_or_else(error::no_such_domain)
    }

    /// Changes an API in one transaction; the caller has been authorized. `change` must have no effects of its own.
    pub(crate) async fn change<O, F>(&self, call: &Call, id: &str, change: F) -> Result<O, Failure>
    where
        O: Shape,
        F: Fn(&mut RestApi) -> Result<O, Failure> + Send + Sync,
    {
        let change = &change;
        self.platform
            .write(call, |txn| async move {
                let mut api = current(&txn, call, id).await?;
                let output = change(&mut api)?;
                txn.put(&APIS, &call.scope(), id, &api).await?;
                Ok(output)
            })
            .await
    }
}

/// The API as the transaction sees it.
pub(crate) async fn current(txn: &Txn, call: &Call, id: &str) -> Result<RestApi, Failure> {
    let found = txn.get(&APIS, &call.scope(), id).await?;
    Ok(found
        .ok_or_else(|| error::no_such_api(call, id))?
        .as_ref()
        .clone())
}

/// The stage as the transaction sees it.
pub(crate) async fn current_stage(txn: &Txn, call: &Call, api: &str, name: &str) -> Result<Stage, Failure> {
    let found = txn.get(&STAGES, &call.scope(), (api, name)).await?;
    Ok(found.ok_or_else(error::no_such_stage)?.as_ref().clone())
}

/// The domain name as the transaction sees it.
pub(crate) async fn current_domain(txn: &Txn, call: &Call, name: &str) -> Result<Domain, Failure> {
    let found = txn.get(&DOMAINS, &call.scope(), name).await?;
    Ok(found.ok_or_else(error::no_such_domain)?.as_ref().clone())
}
