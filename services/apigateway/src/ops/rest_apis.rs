//! CreateRestApi, GetRestApi, GetRestApis, UpdateRestApi, DeleteRestApi.
//!
//! A new API has a root resource and nothing else. An API that a custom domain name leads to can't be deleted; with an
//! API go its resources, deployments and stages. Follows the API Gateway API reference, "RestApi".

use haechi_store::ALL;
use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::{associations, touch};
use haechi_wire::{Empty, Stored};

use crate::access::current;
use crate::model::rest_api::{Resource, RestApi};
use crate::model::stage::stage_arn;
use crate::paging::page;
use crate::patch::{Patch, unescape};
use crate::store::{APIS, DEPLOYMENTS, DOMAINS, STAGES};
use crate::{ApiGateway, error, identifiers, resource_policy, tags};

const MAX_COMPRESSION_SIZE: i32 = 10_485_760;

pub(crate) async fn create_rest_api(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::CreateRestApiRequest,
) -> Result<api::RestApi, Failure> {
    let tags = tags::from_request(input.tags)?;
    gateway.authorize(&call, &tags, None, ()).await?;
    if input.name.as_deref().is_none_or(str::is_empty) {
        return Err(error::bad_request("No Rest API name specified"));
    }
    check_compression(input.minimum_compression_size)?;
    if let Some(policy) = &input.policy {
        resource_policy::check(policy)?;
    }
    let resources = if let Some(id) = &input.clone_from {
        let source = gateway.platform.store.get(&APIS, &call.scope(), id).await?;
        let source = source.ok_or_else(|| error::no_such_api(&call, id))?;
        source.resources.clone()
    } else {
        let root = Resource::root(identifiers::long(&*gateway.platform.random));
        [(root.id.clone(), root)].into()
    };
    let root = resources.values().find(|it| it.parent.is_none());
    let shown = api::RestApi {
        id: Some(identifiers::long(&*gateway.platform.random)),
        name: input.name,
        description: input.description.filter(|text| !text.is_empty()),
        created_date: Some(haechi_wire::Timestamp::from_seconds(call.time.as_seconds())),
        version: input.version,
        warnings: None,
        binary_media_types: input.binary_media_types.filter(|list| !list.is_empty()),
        minimum_compression_size: input.minimum_compression_size,
        api_key_source: Some(input.api_key_source.unwrap_or(api::ApiKeySourceType::Header)),
        endpoint_configuration: Some(endpoint(input.endpoint_configuration)?),
        policy: input.policy.filter(|text| !text.is_empty()),
        tags: (!tags.is_empty()).then_some(tags),
        disable_execute_api_endpoint: Some(input.disable_execute_api_endpoint.unwrap_or(false)),
        root_resource_id: root.map(|root| root.id.clone()),
        security_policy: Some(input.security_policy.unwrap_or(api::SecurityPolicy::Tls10)),
        endpoint_access_mode: input.endpoint_access_mode,
        api_status: Some(api::ApiStatus::Available),
        api_status_message: None,
    };
    let created = &RestApi {
        shown: Stored(shown),
        resources,
    };
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            txn.put(&APIS, &call.scope(), created.id(), created).await?;
            Ok(answer(created))
        })
        .await
}

pub(crate) async fn rest_api(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetRestApiRequest,
) -> Result<api::RestApi, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    Ok(answer(&*gateway.open(&call, &id).await?))
}

pub(crate) async fn rest_apis(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetRestApisRequest,
) -> Result<api::RestApis, Failure> {
    gateway.authorize(&call, &tags::Tags::new(), None, ()).await?;
    let store = &gateway.platform.store;
    let all = store.list(&APIS, &call.scope(), None, ALL).await?;
    let apis = all.into_iter().map(|(_, api)| api);
    let (items, position) = page(
        apis,
        |api| api.id().to_owned(),
        input.position.as_deref(),
        input.limit,
    )?;
    Ok(api::RestApis {
        position,
        items: Some(items.iter().map(|api| answer(api)).collect()),
    })
}

pub(crate) async fn update_rest_api(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateRestApiRequest,
) -> Result<api::RestApi, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let patches = Patch::all(input.patch_operations)?;
    gateway
        .change(&call, &id, |api| {
            for patch in &patches {
                apply(patch, &mut api.shown)?;
            }
            Ok(answer(api))
        })
        .await
}

pub(crate) async fn delete_rest_api(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteRestApiRequest,
) -> Result<Empty, Failure> {
    let id = &input.rest_api_id.unwrap_or_default();
    gateway.open(&call, id).await?;
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            let scope = &call.scope();
            current(&txn, call, id).await?;
            for (_, domain) in txn.list_locked(&DOMAINS, scope).await? {
                if domain.mappings.values().any(|mapping| mapping.api == *id) {
                    return Err(error::bad_request(
                        "Please remove all base path mappings related to the API before deleting it",
                    ));
                }
            }
            for (_, stage) in txn.list_under(&STAGES, scope, id, None, ALL).await? {
                let arn = stage_arn(call.partition(), &call.region, id, &stage.name);
                associations::disassociate(&txn, &call.region, &arn).await?;
                txn.delete(&STAGES, scope, (id, stage.name.as_str())).await?;
            }
            for (_, deployment) in txn.list_under(&DEPLOYMENTS, scope, id, None, ALL).await? {
                txn.delete(&DEPLOYMENTS, scope, (id, deployment.id.as_str()))
                    .await?;
            }
            txn.delete(&APIS, scope, id).await?;
            touch(&txn).await?;
            Ok(Empty::default())
        })
        .await
}

/// What may be changed of an API.
const PATHS: [&str; 11] = [
    "/apiKeySource",
    "/binaryMediaTypes/{mediaType}",
    "/description",
    "/disableExecuteApiEndpoint",
    "/endpointAccessMode",
    "/endpointConfiguration/ipAddressType",
    "/endpointConfiguration/types/{type}",
    "/minimumCompressionSize",
    "/name",
    "/policy",
    "/securityPolicy",
];

fn apply(patch: &Patch, api: &mut api::RestApi) -> Result<(), Failure> {
    match patch.segments().as_slice() {
        ["name"] => api.name = Some(patch.required()?),
        ["description"] => api.description = patch.text(),
        ["version"] => api.version = patch.text(),
        ["policy"] => {
            api.policy = patch.text();
            if let Some(policy) = &api.policy {
                resource_policy::check(policy)?;
            }
        }
        ["apiKeySource"] => api.api_key_source = Some(patch.required()?.into()),
        ["disableExecuteApiEndpoint"] => api.disable_execute_api_endpoint = Some(patch.boolean()?),
        ["minimumCompressionSize"] => {
            api.minimum_compression_size = patch.number().map_err(|_| bad_compression())?;
            check_compression(api.minimum_compression_size)?;
        }
        ["binaryMediaTypes", media] => patch.listed(&mut api.binary_media_types, Some(media))?,
        ["securityPolicy"] => api.security_policy = Some(patch.required()?.into()),
        ["endpointAccessMode"] => api.endpoint_access_mode = patch.text().map(Into::into),
        ["endpointConfiguration", "ipAddressType"] => {
            let configuration = api.endpoint_configuration.get_or_insert_default();
            configuration.ip_address_type = patch.text().map(Into::into);
        }
        ["endpointConfiguration", "types", ..] => {
            let types = Some(vec![api::EndpointType::from(patch.required()?)]);
            let before = api.endpoint_configuration.take().unwrap_or_default();
            api.endpoint_configuration =
                Some(endpoint(Some(api::EndpointConfiguration { types, ..before }))?);
        }
        ["endpointConfiguration", "vpcEndpointIds", rest @ ..] => {
            let configuration = api.endpoint_configuration.get_or_insert_default();
            let named = rest.first().map(|id| unescape(id));
            patch.listed(&mut configuration.vpc_endpoint_ids, named.as_deref())?;
        }
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

/// The endpoint of an API: one of the three types, edge-optimized where nothing is said.
fn endpoint(given: Option<api::EndpointConfiguration>) -> Result<api::EndpointConfiguration, Failure> {
    let mut endpoint = given.unwrap_or_default();
    let types = endpoint
        .types
        .get_or_insert_with(|| vec![api::EndpointType::Edge]);
    match types.as_slice() {
        [api::EndpointType::Unknown(other)] => {
            return Err(error::bad_request(format!(
                "Invalid endpoint type specified: {other}"
            )));
        }
        [one] => {
            if *one != api::EndpointType::Private && endpoint.vpc_endpoint_ids.is_some() {
                return Err(error::bad_request(
                    "Only PRIVATE APIs can be associated with VPC endpoints",
                ));
            }
        }
        _ => {
            return Err(error::bad_request(
                "Cannot create an api with multiple Endpoint Types.",
            ));
        }
    }
    let private = types.contains(&api::EndpointType::Private);
    endpoint.ip_address_type.get_or_insert(if private {
        api::IpAddressType::Dualstack
    } else {
        api::IpAddressType::Ipv4
    });
    Ok(endpoint)
}

fn check_compression(size: Option<i32>) -> Result<(), Failure> {
    if size.is_none_or(|size| (0..=MAX_COMPRESSION_SIZE).contains(&size)) {
        Ok(())
    } else {
        Err(bad_compression())
    }
}

fn bad_compression() -> Failure {
    error::bad_request(format!(
        "Invalid minimum compression size, must be between 0 and {MAX_COMPRESSION_SIZE}"
    ))
}

/// The API as it is shown: its policy is JSON text within JSON text, escaped once more, as AWS does.
fn answer(api: &RestApi) -> api::RestApi {
    let mut shown = api.shown.0.clone();
    shown.policy = shown.policy.as_deref().map(resource_policy::escaped);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_edge_optimized_unless_it_says_otherwise() {
        let edge = endpoint(None).unwrap();
        assert_eq!(edge.types, Some(vec![api::EndpointType::Edge]));
        let two = api::EndpointConfiguration {
            types: Some(vec![api::EndpointType::Edge, api::EndpointType::Regional]),
            ..Default::default()
        };
        assert!(endpoint(Some(two)).is_err());
    }

    #[test]
    fn the_compression_size_has_bounds() {
        assert!(check_compression(Some(-1)).is_err());
        assert!(check_compression(Some(0)).is_ok());
        assert!(check_compression(Some(MAX_COMPRESSION_SIZE + 1)).is_err());
    }
}
