//! CreateIPSet, GetIPSet, UpdateIPSet: up to 10,000 CIDR blocks of one version.
//!
//! Order of errors: scope, permission, addresses, existence, lock token. Follows the API reference's pages and the
//! developer guide, "IP set match rule statement" (all ranges but /0).

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_waf::ip_set::IpSet;
use haechi_waf::model::IpAddressVersion;

use crate::model::entity::{Content, Entity};
use crate::model::kind::Kind;
use crate::model::web_scope::WebScope;
use crate::{Waf, error, tags};

/// Addresses in a set (developer guide, "AWS WAF quotas").
const MOST: usize = 10_000;

pub(crate) async fn create_ip_set(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::CreateIPSetRequest,
) -> Result<api::CreateIPSetResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let tags = tags::from_request(input.tags)?;
    let name = waf.fresh_name(&call, Kind::IpSet, scope, input.name);
    waf.permit_making(&call, &name, &tags).await?;
    let version = input
        .ip_address_version
        .as_ref()
        .map_or("", api::IPAddressVersion::as_str);
    let addresses = input.addresses.unwrap_or_default();
    check(version, &addresses)?;
    let content = Content::IpSet {
        version: version.to_owned(),
        addresses,
    };
    let entity = Entity::new(&*waf.platform.random, name, input.description, tags, content);
    waf.insert(&call, &entity, |entity| api::CreateIPSetResponse {
        summary: Some(summary(entity)),
    })
    .await
}

pub(crate) async fn get_ip_set(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetIPSetRequest,
) -> Result<api::GetIPSetResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let (name, id) = (input.name.unwrap_or_default(), input.id.unwrap_or_default());
    let name = Waf::full_name(&call, Kind::IpSet, scope, &name, &id);
    let entity = waf.own(&call, &name).await?;
    let Content::IpSet { version, addresses } = &entity.content else {
        return Err(Failure::internal("an IP set has the content of another kind"));
    };
    Ok(api::GetIPSetResponse {
        ip_set: Some(api::IPSet {
            name: Some(entity.name.clone()),
            id: Some(entity.id.clone()),
            arn: Some(entity.arn()),
            description: Some(entity.description.clone().unwrap_or_default()),
            ip_address_version: Some(version.as_str().into()),
            addresses: Some(addresses.clone()),
        }),
        lock_token: Some(entity.lock_token.clone()),
    })
}

pub(crate) async fn update_ip_set(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::UpdateIPSetRequest,
) -> Result<api::UpdateIPSetResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let (name, id) = (input.name.unwrap_or_default(), input.id.unwrap_or_default());
    let name = Waf::full_name(&call, Kind::IpSet, scope, &name, &id);
    let entity = waf.own(&call, &name).await?;
    let addresses = input.addresses.unwrap_or_default();
    if let Content::IpSet { version, .. } = &entity.content {
        check(version, &addresses)?;
    }
    let description = input.description;
    let change = |entity: &mut Entity| {
        entity.description.clone_from(&description);
        if let Content::IpSet { addresses: kept, .. } = &mut entity.content {
            kept.clone_from(&addresses);
        }
    };
    waf.update(&call, &name, input.lock_token.as_deref(), change, |entity| {
        api::UpdateIPSetResponse {
            next_lock_token: Some(entity.lock_token.clone()),
        }
    })
    .await
}

fn check(version: &str, addresses: &[String]) -> Result<(), Failure> {
    if addresses.len() > MOST {
        return Err(error::limits_exceeded().into());
    }
    let version = match version {
        "IPV6" => IpAddressVersion::V6,
        _ => IpAddressVersion::V4,
    };
    match IpSet::new(version, addresses) {
        Ok(_) => Ok(()),
        Err(found) => Err(error::invalid(found.field.as_str(), &found.parameter, error::FORMAT).into()),
    }
}

fn summary(entity: &Entity) -> api::IPSetSummary {
    api::IPSetSummary {
        name: Some(entity.name.clone()),
        id: Some(entity.id.clone()),
        description: Some(entity.description.clone().unwrap_or_default()),
        lock_token: Some(entity.lock_token.clone()),
        arn: Some(entity.arn()),
    }
}
