//! CreateInvalidation, GetInvalidation, ListInvalidations.
//!
//! The gateway keeps no cache: an invalidation is recorded and complete. The newest comes last, as ids have no order.

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_wire::Stored;

use crate::access::current;
use crate::model::distribution::{Invalidation, Status};
use crate::paging::page;
use crate::store::{INVALIDATIONS, scope};
use crate::{CloudFront, error, identifiers};

/// The most paths of one invalidation (CloudFront quotas).
const MAX_PATHS: usize = 3_000;

pub(crate) async fn create_invalidation(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::CreateInvalidationRequest,
) -> Result<api::CreateInvalidationResult, Failure> {
    let id = &input.distribution_id.unwrap_or_default();
    cloudfront.open(&call, id).await?;
    let batch = input.invalidation_batch.unwrap_or_default();
    check(&batch)?;
    let invalidation = &Invalidation {
        id: identifiers::invalidation(&*cloudfront.platform.random),
        created_ms: call.time.as_millis(),
        batch: Stored(batch),
    };
    let call = &call;
    cloudfront
        .platform
        .write(call, |txn| async move {
            current(&txn, call, id).await?;
            let scope = scope(&call.account);
            // The same reference again shows what it made before.
            let known = txn.list_under(&INVALIDATIONS, &scope, id, None, ALL).await?;
            let reference = &invalidation.batch.caller_reference;
            let before = known.into_iter().find(|(_, it)| it.batch.caller_reference == *reference);
            let shown = match &before {
                Some((_, before)) if before.batch == invalidation.batch => before.as_ref(),
                Some(_) => {
                    return Err(error::invalid_argument(
                        "Your request contains a caller reference that was used for a previous invalidation batch \
                         for the same distribution.",
                    ));
                }
                None => {
                    txn.put(&INVALIDATIONS, &scope, (id, &invalidation.id), invalidation)
                        .await?;
                    invalidation
                }
            };
            Ok(api::CreateInvalidationResult {
                location: Some(format!(
                    "https://cloudfront.amazonaws.com/2020-05-31/distribution/{id}/invalidation/{}",
                    shown.id
                )),
                invalidation: Some(shown.shown(Status::InProgress)),
            })
        })
        .await
}

fn check(batch: &api::InvalidationBatch) -> Result<(), Failure> {
    let paths = batch.paths.as_ref();
    let items = paths.and_then(|it| it.items.as_deref()).unwrap_or_default();
    if usize::try_from(paths.and_then(|it| it.quantity).unwrap_or(0)) != Ok(items.len()) {
        return Err(error::refused(ErrorCode::InconsistentQuantities));
    }
    if items.len() > MAX_PATHS {
        return Err(ErrorCode::BatchTooLarge
            .with("Invalidation batch specified is too large.")
            .into());
    }
    if items.is_empty()
        || items
            .iter()
            .any(|path| !path.starts_with('/') && !path.starts_with('*'))
    {
        return Err(error::invalid_argument(
            "Your request contains one or more invalid invalidation paths.",
        ));
    }
    Ok(())
}

pub(crate) async fn invalidation(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::GetInvalidationRequest,
) -> Result<api::GetInvalidationResult, Failure> {
    let id = input.distribution_id.unwrap_or_default();
    cloudfront.open(&call, &id).await?;
    let own = input.id.unwrap_or_default();
    let store = &cloudfront.platform.store;
    let found = store
        .get(&INVALIDATIONS, &scope(&call.account), (&id, &own))
        .await?;
    let found = found.ok_or_else(|| error::refused(ErrorCode::NoSuchInvalidation))?;
    Ok(api::GetInvalidationResult {
        invalidation: Some(found.shown(Status::Deployed)),
    })
}

pub(crate) async fn list_invalidations(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::ListInvalidationsRequest,
) -> Result<api::ListInvalidationsResult, Failure> {
    let id = input.distribution_id.unwrap_or_default();
    cloudfront.open(&call, &id).await?;
    let store = &cloudfront.platform.store;
    let all = store
        .list_under(&INVALIDATIONS, &scope(&call.account), &id, None, ALL)
        .await?;
    let all = all.into_iter().map(|(_, it)| it);
    let (marker, max_items) = (input.marker.as_deref(), input.max_items.as_deref());
    let page = page(all, |it| it.id.clone(), marker, max_items)?;
    Ok(api::ListInvalidationsResult {
        invalidation_list: Some(api::InvalidationList {
            marker: Some(marker.unwrap_or_default().to_owned()),
            is_truncated: Some(page.next.is_some()),
            max_items: Some(page.max_items),
            quantity: page.quantity(),
            items: (!page.items.is_empty()).then(|| page.items.iter().map(|it| it.summary()).collect()),
            next_marker: page.next,
        }),
    })
}
