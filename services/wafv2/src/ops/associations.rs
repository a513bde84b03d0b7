//! AssociateWebACL, DisassociateWebACL: for all resources but CloudFront distributions, which name their web ACL
//! themselves.
//!
//! A resource has one web ACL: associating another replaces it. Order of errors: ARNs, permission on the web ACL and
//! on the resource, existence of both. Follows the API reference's pages.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::associations;

use crate::guarded::Guarded;
use crate::model::web_scope::WebScope;
use crate::protections::web_acl_name;
use crate::{Waf, error, store};

pub(crate) async fn associate_web_acl(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::AssociateWebACLRequest,
) -> Result<api::AssociateWebACLResponse, Failure> {
    let arn = input.web_acl_arn.unwrap_or_default();
    let name = web_acl_name(&arn)
        .filter(|name| name.scope == WebScope::Regional && name.region == call.region)
        .ok_or_else(|| error::bad_arn(&arn))?;
    let resource = input.resource_arn.unwrap_or_default();
    let guarded = Guarded::parse(&call, &resource)?;
    waf.own(&call, &name).await?;
    waf.permit_on(&call, &call.action(), &resource).await?;
    waf.permit_on(&call, guarded.kind.associating(), &resource)
        .await?;
    waf.require_resource(&call, &guarded).await?;
    let (name, arn, resource, region) = (&name, &arn, &resource, &call.region);
    waf.platform
        .write(&call, |txn| async move {
            // Whoever deletes the web ACL at this moment must see the association, or this must see the deletion.
            store::present(&txn, name).await?;
            associations::associate(&txn, region, resource, arn).await?;
            Ok(api::AssociateWebACLResponse::default())
        })
        .await
}

pub(crate) async fn disassociate_web_acl(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DisassociateWebACLRequest,
) -> Result<api::DisassociateWebACLResponse, Failure> {
    let resource = input.resource_arn.unwrap_or_default();
    let guarded = Guarded::parse(&call, &resource)?;
    waf.permit_on(&call, &call.action(), &resource).await?;
    waf.permit_on(&call, guarded.kind.disassociating(), &resource)
        .await?;
    waf.require_resource(&call, &guarded).await?;
    let (resource, region) = (&resource, &call.region);
    waf.platform
        .write(&call, |txn| async move {
            associations::disassociate(&txn, region, resource).await?;
            Ok(api::DisassociateWebACLResponse::default())
        })
        .await
}
