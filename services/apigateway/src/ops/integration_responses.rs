//! PutIntegrationResponse, GetIntegrationResponse, UpdateIntegrationResponse, DeleteIntegrationResponse.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::model::rest_api::RestApi;
use crate::ops::responses::{self, Place, Response, place};
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
    responses::show(&gateway, &call, &place!(input)).await
}

pub(crate) async fn update_integration_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateIntegrationResponseRequest,
) -> Result<api::IntegrationResponse, Failure> {
    let patches = input.patch_operations;
    responses::update(&gateway, &call, &place!(input), patches).await
}

pub(crate) async fn delete_integration_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteIntegrationResponseRequest,
) -> Result<Empty, Failure> {
    responses::delete::<api::IntegrationResponse>(&gateway, &call, &place!(input)).await
}

impl Response for api::IntegrationResponse {
    fn all<'a>(api: &'a RestApi, place: &Place) -> Result<Option<&'a BTreeMap<String, Self>>, Failure> {
        let method = api.method(&place.resource, &place.method)?;
        let integration = method.method_integration.as_ref();
        let integration = integration.ok_or_else(error::no_such_integration)?;
        Ok(integration.integration_responses.as_ref())
    }

    fn all_mut<'a>(
        api: &'a mut RestApi,
        place: &Place,
    ) -> Result<Option<&'a mut BTreeMap<String, Self>>, Failure> {
        let integration = api.integration_mut(&place.resource, &place.method)?;
        Ok(integration.integration_responses.as_mut())
    }

    fn apply(&mut self, patch: &Patch) -> Result<(), Failure> {
        match patch.segments().as_slice() {
            ["contentHandling"] => self.content_handling = patch.text().map(Into::into),
            ["selectionPattern"] => self.selection_pattern = patch.text(),
            ["responseParameters", name] => patch.entry(&mut self.response_parameters, name)?,
            ["responseTemplates", content] => patch.entry(&mut self.response_templates, content)?,
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
}
