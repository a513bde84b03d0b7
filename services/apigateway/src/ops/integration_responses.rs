//! PutIntegrationResponse, GetIntegrationResponse, UpdateIntegrationResponse, DeleteIntegrationResponse.

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::patch::Patch;
use crate::{ApiGateway, error};

pub(crate) async fn put_integration_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::PutIntegrationResponseRequest,
) -> Result<api::IntegrationResponse, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let status = input.status_code.unwrap_or_default();
    let response = &api::IntegrationResponse {
        status_code: Some(status.clone()),
        selection_pattern: input.selection_pattern.filter(|it| !it.is_empty()),
        response_parameters: input.response_parameters,
        response_templates: input.response_templates,
        content_handling: input.content_handling,
    };
    gateway
        .change(&call, &id, |api| {
            // The method must say that it may answer so.
            let method = api.method(&resource, &name)?;
            let answers = method.method_responses.as_ref();
            if !answers.is_some_and(|all| all.contains_key(&status)) {
                return Err(error::no_such_response());
            }
            let integration = api.integration_mut(&resource, &name)?;
            let responses = integration.integration_responses.get_or_insert_default();
            responses.insert(status.clone(), response.clone());
            Ok(response.clone())
        })
        .await
}

pub(crate) async fn integration_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetIntegrationResponseRequest,
) -> Result<api::IntegrationResponse, Failure> {
    let api = gateway
        .open(&call, &input.rest_api_id.unwrap_or_default())
        .await?;
    let resource = input.resource_id.unwrap_or_default();
    let method = api.method(&resource, &input.http_method.unwrap_or_default())?;
    let integration = method
        .method_integration
        .as_ref()
        .ok_or_else(error::no_such_integration)?;
    let status = input.status_code.unwrap_or_default();
    let found = integration
        .integration_responses
        .as_ref()
        .and_then(|all| all.get(&status));
    found.cloned().ok_or_else(error::no_such_response)
}

pub(crate) async fn update_integration_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateIntegrationResponseRequest,
) -> Result<api::IntegrationResponse, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let status = input.status_code.unwrap_or_default();
    let patches = Patch::all(input.patch_operations)?;
    gateway
        .change(&call, &id, |api| {
            let responses = api
                .integration_mut(&resource, &name)?
                .integration_responses
                .as_mut();
            let response = responses.and_then(|all| all.get_mut(&status));
            let response = response.ok_or_else(error::no_such_response)?;
            for patch in &patches {
                apply(patch, response)?;
            }
            Ok(response.clone())
        })
        .await
}

pub(crate) async fn delete_integration_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteIntegrationResponseRequest,
) -> Result<Empty, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let status = input.status_code.unwrap_or_default();
    gateway
        .change(&call, &id, |api| {
            let responses = api
                .integration_mut(&resource, &name)?
                .integration_responses
                .as_mut();
            let gone = responses.and_then(|all| all.remove(&status));
            gone.map(|_| Empty::default()).ok_or_else(error::no_such_response)
        })
        .await
}

fn apply(patch: &Patch, response: &mut api::IntegrationResponse) -> Result<(), Failure> {
    match patch.segments().as_slice() {
        ["contentHandling"] => response.content_handling = patch.text().map(Into::into),
        ["selectionPattern"] => response.selection_pattern = patch.text(),
        ["responseParameters", name] => patch.entry(&mut response.response_parameters, name)?,
        ["responseTemplates", content] => patch.entry(&mut response.response_templates, content)?,
        _ => {
            return Err(patch.refused(&[
                "/contentHandling",
                "/responseParameters/{name}",
                "/responseTemplates/{content-type}",
                "/selectionPattern",
            ]));
        }
    }
    Ok(())
}
