//! CreateResource, GetResource, GetResources, UpdateResource, DeleteResource.
//!
//! Follows the API Gateway API reference, "Resource". What may stand where is the model's matter.

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::paging::page;
use crate::patch::Patch;
use crate::{ApiGateway, error, identifiers};

pub(crate) async fn create_resource(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::CreateResourceRequest,
) -> Result<api::Resource, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let parent = input.parent_id.unwrap_or_default();
    let part = input.path_part.unwrap_or_default();
    let own = identifiers::short(&*gateway.platform.random);
    gateway
        .change(&call, &id, |api| {
            Ok(api.add_resource(&own, &parent, &part)?.shown(false))
        })
        .await
}

pub(crate) async fn resource(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetResourceRequest,
) -> Result<api::Resource, Failure> {
    let api = gateway
        .open(&call, &input.rest_api_id.unwrap_or_default())
        .await?;
    let resource = api.resource(&input.resource_id.unwrap_or_default())?;
    Ok(resource.shown(embeds_methods(input.embed.as_deref())))
}

pub(crate) async fn resources(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetResourcesRequest,
) -> Result<api::Resources, Failure> {
    let api = gateway
        .open(&call, &input.rest_api_id.unwrap_or_default())
        .await?;
    let all = api.resources.values();
    let (items, position) = page(all, |it| it.id.clone(), input.position.as_deref(), input.limit)?;
    let with_methods = embeds_methods(input.embed.as_deref());
    Ok(api::Resources {
        position,
        items: Some(items.into_iter().map(|it| it.shown(with_methods)).collect()),
    })
}

pub(crate) async fn update_resource(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateResourceRequest,
) -> Result<api::Resource, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let own = input.resource_id.unwrap_or_default();
    let patches = Patch::all(input.patch_operations)?;
    gateway
        .change(&call, &id, |api| {
            for patch in &patches {
                let before = api.resource(&own)?.clone();
                let parent = before.parent.clone().unwrap_or_default();
                match patch.segments().as_slice() {
                    ["pathPart"] => api.move_resource(&own, &parent, &patch.required()?)?,
                    ["parentId"] => {
                        let parent = patch.required()?;
                        if !api.resources.contains_key(&parent) {
                            return Err(error::no_such_resource());
                        }
                        api.move_resource(&own, &parent, &before.part)?;
                    }
                    _ => return Err(patch.refused(&["/parentId", "/pathPart"])),
                }
            }
            Ok(api.resource(&own)?.shown(false))
        })
        .await
}

pub(crate) async fn delete_resource(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteResourceRequest,
) -> Result<Empty, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let own = input.resource_id.unwrap_or_default();
    gateway
        .change(&call, &id, |api| {
            api.remove_resource(&own)?;
            Ok(Empty::default())
        })
        .await
}

fn embeds_methods(embed: Option<&[String]>) -> bool {
    embed.is_some_and(|parts| parts.iter().any(|part| part == "methods"))
}
