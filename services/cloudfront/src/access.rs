//! The one way to a distribution: the gate decides on its ARN and tags, whether it exists or not, and only then is it
//! shown.

use std::sync::Arc;

use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Ask, Call, Failure};
use haechi_policy::Context;
use haechi_store::Txn;

use crate::model::distribution::{Distribution, arn};
use crate::store::{DISTRIBUTIONS, scope};
use crate::tags::{self, Tags};
use crate::{CloudFront, error};

impl CloudFront {
    /// Asks the gate for an action of the caller's account.
    pub(crate) async fn authorize(
        &self,
        call: &Call,
        action: &str,
        resource: &str,
        context: Context,
    ) -> Result<(), Failure> {
        let ask = Ask::new(action, resource, &call.account).with_context(context);
        self.platform.gate.authorize(call, ask, ()).await?;
        Ok(())
    }

    /// The distribution that a request names, once the caller may do to it what the call does.
    pub(crate) async fn open(&self, call: &Call, id: &str) -> Result<Arc<Distribution>, Failure> {
        self.open_for_tags(call, id, &Tags::new(), &[]).await
    }

    /// As [`CloudFront::open`], for a request that brings tags or names their keys.
    pub(crate) async fn open_for_tags(
        &self,
        call: &Call,
        id: &str,
        tags: &Tags,
        keys: &[String],
    ) -> Result<Arc<Distribution>, Failure> {
        let store = &self.platform.store;
        let found = store.get(&DISTRIBUTIONS, &scope(&call.account), id).await?;
        let own = found.as_ref().map(|distribution| &distribution.tags);
        let context = tags::context(tags, keys, own);
        let (gate, arn) = (&self.platform.gate, arn(&call.account, id));
        let found = gate.authorize_own(call, &arn, context, found).await?;
        found
            .into_inner()
            .ok_or_else(|| error::refused(ErrorCode::NoSuchDistribution))
    }
}

/// The distribution as the transaction sees it.
pub(crate) async fn current(txn: &Txn, call: &Call, id: &str) -> Result<Distribution, Failure> {
    let found = txn.get(&DISTRIBUTIONS, &scope(&call.account), id).await?;
    let found = found.ok_or_else(|| error::refused(ErrorCode::NoSuchDistribution))?;
    Ok(found.as_ref().clone())
}

/// As [`current`], of the version that the request names.
pub(crate) async fn current_version(
    txn: &Txn,
    call: &Call,
    id: &str,
    if_match: Option<&str>,
) -> Result<Distribution, Failure> {
    let found = current(txn, call, id).await?;
    match if_match {
        None | Some("") => Err(error::refused(ErrorCode::InvalidIfMatchVersion)),
        Some(version) if version.trim_matches('"') != found.etag => {
            Err(error::refused(ErrorCode::PreconditionFailed))
        }
        Some(_) => Ok(found),
    }
}
