//! GetWebACLForResource, ListResourcesForWebACL: for all resources but CloudFront distributions.
//!
//! GetWebACLForResource needs GetWebACL on the web ACL that it finds, too. Follows the API reference's pages.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Arn, Call, Failure};
use haechi_dataplane::associations;

use super::web_acls;
use crate::authz::RequestTags;
use crate::guarded::{Guarded, GuardedKind};
use crate::model::web_scope::WebScope;
use crate::protections::web_acl_name;
use crate::{Waf, error};

pub(crate) async fn get_web_acl_for_resource(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetWebACLForResourceRequest,
) -> Result<api::GetWebACLForResourceResponse, Failure> {
    let resource = input.resource_arn.unwrap_or_default();
    let guarded = Guarded::parse(&call, &resource)?;
    waf.permit_on(&call, &call.action(), &resource).await?;
    if let Some(action) = guarded.kind.asking() {
        waf.permit_on(&call, action, &resource).await?;
    }
    waf.require_resource(&call, &guarded).await?;
    let (resource, region) = (&resource, &call.region);
    let found: Option<String> = waf
        .platform
        .store
        .txn(|txn| async move { Ok::<_, Failure>(associations::web_acl_of(&txn, region, resource).await?) })
        .await?;
    let Some(name) = found.as_deref().and_then(web_acl_name) else {
        return Ok(api::GetWebACLForResourceResponse::default());
    };
    let acl = waf
        .own_for(&call, &name, "wafv2:GetWebACL", RequestTags::default())
        .await?;
    Ok(api::GetWebACLForResourceResponse {
        web_acl: Some(web_acls::describe(&acl)?),
    })
}

pub(crate) async fn list_resources_for_web_acl(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::ListResourcesForWebACLRequest,
) -> Result<api::ListResourcesForWebACLResponse, Failure> {
    let arn = input.web_acl_arn.unwrap_or_default();
    let name = web_acl_name(&arn)
        .filter(|name| name.scope == WebScope::Regional && name.region == call.region)
        .ok_or_else(|| error::bad_arn(&arn))?;
    let acl = waf.own(&call, &name).await?;
    let wanted = input.resource_type.as_ref().map_or(
        GuardedKind::LoadBalancer.resource_type(),
        api::ResourceType::as_str,
    );
    let of_type = |resource: &String| {
        let kind = Arn::parse(resource).and_then(|arn| GuardedKind::of(&arn));
        kind.is_some_and(|kind| kind.resource_type() == wanted)
    };
    let resources = waf.resources(&acl, &arn).await?;
    Ok(api::ListResourcesForWebACLResponse {
        resource_arns: Some(resources.into_iter().filter(of_type).collect()),
    })
}
