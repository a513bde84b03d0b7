//! DeleteDistribution: only of one that is disabled, of the version that the caller has seen.

use std::sync::Arc;

use haechi_api_cloudfront as api;
use haechi_api_cloudfront::error::ErrorCode;
use haechi_core::{Call, Failure, Region};
use haechi_dataplane::{associations, touch};
use haechi_store::{ALL, Scope};
use haechi_wire::Empty;

use crate::access::current_version;
use crate::store::{ALIASES, DISTRIBUTIONS, INVALIDATIONS, REFERENCES, scope};
use crate::{CloudFront, error};

pub(crate) async fn delete_distribution(
    cloudfront: Arc<CloudFront>,
    call: Arc<Call>,
    input: api::DeleteDistributionRequest,
) -> Result<Empty, Failure> {
    let id = &input.id.unwrap_or_default();
    cloudfront.open(&call, id).await?;
    let (call, if_match) = (&call, input.if_match.as_deref());
    cloudfront
        .platform
        .write(call, |txn| async move {
            let distribution = current_version(&txn, call, id, if_match).await?;
            if distribution.is_enabled() {
                return Err(error::refused(ErrorCode::DistributionNotDisabled));
            }
            let scope = scope(&call.account);
            associations::disassociate(&txn, &Region::global(), &distribution.arn()).await?;
            for alias in distribution.aliases() {
                txn.delete(&ALIASES, &Scope::deployment(), alias.to_ascii_lowercase())
                    .await?;
            }
            let reference = distribution
                .config
                .caller_reference
                .as_deref()
                .unwrap_or_default();
            txn.delete(&REFERENCES, &scope, reference).await?;
            for (_, it) in txn.list_under(&INVALIDATIONS, &scope, id, None, ALL).await? {
                txn.delete(&INVALIDATIONS, &scope, (id, &it.id)).await?;
            }
            txn.delete(&DISTRIBUTIONS, &scope, id).await?;
            touch(&txn).await?;
            Ok(Empty::default())
        })
        .await
}
