//! CheckCapacity: what rules would cost together.
//!
//! Order of errors: scope, permission, the rules' own faults, what they refer to.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};

use crate::model::web_scope::WebScope;
use crate::{Waf, choices, documents};

pub(crate) async fn check_capacity(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::CheckCapacityRequest,
) -> Result<api::CheckCapacityResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    choices::check(&input)?;
    let rules = documents::rules(input.rules.unwrap_or_default())?;
    let capacity = waf.capacity_of(&call, scope, &rules).await?;
    Ok(api::CheckCapacityResponse {
        capacity: Some(i64::try_from(capacity).unwrap_or(i64::MAX)),
    })
}
