//! PutMethodResponse, GetMethodResponse, UpdateMethodResponse, DeleteMethodResponse.

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::patch::Patch;
use crate::{ApiGateway, error};

pub(crate) async fn put_method_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::PutMethodResponseRequest,
) -> Result<api::MethodResponse, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let status = input.status_code.unwrap_or_default();
    let response = &api::MethodResponse {
        status_code: Some(status.clone()),
        response_parameters: input.response_parameters,
        response_models: input.response_models,
    };
    gateway
        .change(&call, &id, |api| {
            let method = api.method_mut(&resource, &name)?;
            let responses = method.method_responses.get_or_insert_default();
            if responses.contains_key(&status) {
                return Err(error::conflict("Response already exists for this resource"));
            }
            responses.insert(status.clone(), response.clone());
            Ok(response.clone())
        })
        .await
}

pub(crate) async fn method_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetMethodResponseRequest,
) -> Result<api::MethodResponse, Failure> {
    let api = gateway
        .open(&call, &input.rest_api_id.unwrap_or_default())
        .await?;
    let resource = input.resource_id.unwrap_or_default();
    let method = api.method(&resource, &input.http_method.unwrap_or_default())?;
    let status = input.status_code.unwrap_or_default();
    let found = method.method_responses.as_ref().and_then(|all| all.get(&status));
    found.cloned().ok_or_else(error::no_such_response)
}

pub(crate) async fn update_method_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateMethodResponseRequest,
) -> Result<api::MethodResponse, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let status = input.status_code.unwrap_or_default();
    let patches = Patch::all(input.patch_operations)?;
    gateway
        .change(&call, &id, |api| {
            let responses = api.method_mut(&resource, &name)?.method_responses.as_mut();
            let response = responses.and_then(|all| all.get_mut(&status));
            let response = response.ok_or_else(error::no_such_response)?;
            for patch in &patches {
                match patch.segments().as_slice() {
                    ["responseModels", content] => patch.entry(&mut response.response_models, content)?,
                    ["responseParameters", name] => {
                        patch.entry_with(&mut response.response_parameters, name, || patch.boolean())?;
                    }
                    _ => {
                        let paths = ["/responseModels/{content-type}", "/responseParameters/{name}"];
                        return Err(patch.refused(&paths));
                    }
                }
            }
            Ok(response.clone())
        })
        .await
}

pub(crate) async fn delete_method_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteMethodResponseRequest,
) -> Result<Empty, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let status = input.status_code.unwrap_or_default();
    gateway
        .change(&call, &id, |api| {
            let responses = api.method_mut(&resource, &name)?.method_responses.as_mut();
            let gone = responses.and_then(|all| all.remove(&status));
            gone.map(|_| Empty::default()).ok_or_else(error::no_such_response)
        })
        .await
}
