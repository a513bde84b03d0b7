//! ListManagedRuleSets, GetManagedRuleSet, PutManagedRuleSetVersions, UpdateManagedRuleSetVersionExpiryDate: for
//! vendors who sell rule groups in the AWS Marketplace.
//!
//! AWS makes a vendor's rule sets when it takes the vendor in; nobody can make one by the API. An account here has
//! none, and is answered as an account of AWS that sells nothing.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};

use crate::model::web_scope::WebScope;
use crate::{Waf, error};

pub(crate) async fn list_managed_rule_sets(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListManagedRuleSetsRequest,
) -> Result<api::ListManagedRuleSetsResponse, Failure> {
    WebScope::of(&call, input.scope.as_ref())?;
    waf.permit(&call).await?;
    Ok(api::ListManagedRuleSetsResponse {
        next_marker: None,
        managed_rule_sets: Some(Vec::new()),
    })
}

impl Waf {
    /// There is no rule set of this name; who may not ask learns only that.
    async fn no_rule_set<T>(
        &self,
        call: &Call,
        scope: Option<&api::Scope>,
        name: Option<String>,
        id: Option<String>,
    ) -> Result<T, Failure> {
        let scope = WebScope::of(call, scope)?.in_arn();
        let (partition, region, account) = (call.partition(), &call.region, &call.account);
        let (name, id) = (name.unwrap_or_default(), id.unwrap_or_default());
        let arn = format!("arn:{partition}:wafv2:{region}:{account}:{scope}/managedruleset/{name}/{id}");
        self.permit_on(call, &call.action(), &arn).await?;
        Err(error::nonexistent().into())
    }
}

pub(crate) async fn get_managed_rule_set(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetManagedRuleSetRequest,
) -> Result<api::GetManagedRuleSetResponse, Failure> {
    waf.no_rule_set(&call, input.scope.as_ref(), input.name, input.id)
        .await
}

pub(crate) async fn put_managed_rule_set_versions(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::PutManagedRuleSetVersionsRequest,
) -> Result<api::PutManagedRuleSetVersionsResponse, Failure> {
    waf.no_rule_set(&call, input.scope.as_ref(), input.name, input.id)
        .await
}

pub(crate) async fn update_managed_rule_set_version_expiry_date(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::UpdateManagedRuleSetVersionExpiryDateRequest,
) -> Result<api::UpdateManagedRuleSetVersionExpiryDateResponse, Failure> {
    waf.no_rule_set(&call, input.scope.as_ref(), input.name, input.id)
        .await
}
