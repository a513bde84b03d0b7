//! PutMethodResponse, GetMethodResponse, UpdateMethodResponse, DeleteMethodResponse.

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::model::rest_api::RestApi;
use crate::ops::responses::{self, Place, Response, place};
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
    responses::show(&gateway, &call, &place!(input)).await
}

pub(crate) async fn update_method_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateMethodResponseRequest,
) -> Result<api::MethodResponse, Failure> {
    let patches = input.patch_operations;
    responses::update(&gateway, &call, &place!(input), patches).await
}

pub(crate) async fn delete_method_response(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteMethodResponseRequest,
) -> Result<Empty, Failure> {
    responses::delete::<api::MethodResponse>(&gateway, &call, &place!(input)).await
}

impl Response for api::MethodResponse {
    fn all<'a>(api: &'a RestApi, place: &Place) -> Result<Option<&'a BTreeMap<String, Self>>, Failure> {
        let method = api.method(&place.resource, &place.method)?;
        Ok(method.method_responses.as_ref())
    }

    fn all_mut<'a>(
        api: &'a mut RestApi,
        place: &Place,
    ) -> Result<Option<&'a mut BTreeMap<String, Self>>, Failure> {
        let method = api.method_mut(&place.resource, &place.method)?;
        Ok(method.method_responses.as_mut())
    }

    fn apply(&mut self, patch: &Patch) -> Result<(), Failure> {
        match patch.segments().as_slice() {
            ["responseModels", content] => patch.entry(&mut self.response_models, content)?,
            ["responseParameters", name] => {
                patch.entry_with(&mut self.response_parameters, name, || patch.boolean())?;
            }
            _ => {
                let paths = ["/responseModels/{content-type}", "/responseParameters/{name}"];
                return Err(patch.refused(&paths));
            }
        }
        Ok(())
    }
}
