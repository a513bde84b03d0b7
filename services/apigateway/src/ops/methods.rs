//! PutMethod, GetMethod, UpdateMethod, DeleteMethod.
//!
//! Authorizers are not there, so that `CUSTOM` and `COGNITO_USER_POOLS` are refused as they are without a valid one.
//! Follows the API Gateway API reference, "Method".

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_wire::{Empty, Stored};

use crate::patch::Patch;
use crate::{ApiGateway, error};

const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];

pub(crate) async fn put_method(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::PutMethodRequest,
) -> Result<api::Method, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let method = &api::Method {
        http_method: Some(name.clone()),
        authorization_type: input.authorization_type.map(|it| it.to_ascii_uppercase()),
        authorizer_id: input.authorizer_id.filter(|it| !it.is_empty()),
        api_key_required: Some(input.api_key_required.unwrap_or(false)),
        request_validator_id: input.request_validator_id.filter(|it| !it.is_empty()),
        operation_name: input.operation_name.filter(|it| !it.is_empty()),
        request_parameters: input.request_parameters.filter(|it| !it.is_empty()),
        request_models: input.request_models.filter(|it| !it.is_empty()),
        method_responses: None,
        method_integration: None,
        authorization_scopes: input.authorization_scopes.filter(|it| !it.is_empty()),
    };
    gateway
        .change(&call, &id, |api| {
            let resource = api.resource_mut(&resource)?;
            if !METHODS.contains(&name.as_str()) {
                return Err(error::bad_request(format!(
                    "Invalid HttpMethod specified. Valid options are {}",
                    METHODS.join(",")
                )));
            }
            check(method)?;
            if resource.methods.contains_key(&name) {
                return Err(error::conflict("Method already exists for this resource"));
            }
            resource.methods.insert(name.clone(), Stored(method.clone()));
            Ok(method.clone())
        })
        .await
}

pub(crate) async fn method(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetMethodRequest,
) -> Result<api::Method, Failure> {
    let api = gateway
        .open(&call, &input.rest_api_id.unwrap_or_default())
        .await?;
    let resource = input.resource_id.unwrap_or_default();
    Ok(api
        .method(&resource, &input.http_method.unwrap_or_default())?
        .clone())
}

pub(crate) async fn update_method(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateMethodRequest,
) -> Result<api::Method, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let patches = Patch::all(input.patch_operations)?;
    gateway
        .change(&call, &id, |api| {
            let method = api.method_mut(&resource, &name)?;
            for patch in &patches {
                apply(patch, method)?;
            }
            check(method)?;
            Ok(method.clone())
        })
        .await
}

pub(crate) async fn delete_method(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteMethodRequest,
) -> Result<Empty, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    gateway
        .change(&call, &id, |api| {
            let methods = &mut api.resource_mut(&resource)?.methods;
            methods.remove(&name).ok_or_else(error::no_such_method)?;
            Ok(Empty::default())
        })
        .await
}

/// What may be changed of a method.
const PATHS: [&str; 8] = [
    "/apiKeyRequired",
    "/authorizationScopes",
    "/authorizationType",
    "/authorizerId",
    "/operationName",
    "/requestModels/{content-type}",
    "/requestParameters/{name}",
    "/requestValidatorId",
];

fn apply(patch: &Patch, method: &mut api::Method) -> Result<(), Failure> {
    match patch.segments().as_slice() {
        ["apiKeyRequired"] => method.api_key_required = Some(patch.boolean()?),
        ["authorizationScopes"] => patch.listed(&mut method.authorization_scopes, None)?,
        ["authorizationType"] => {
            method.authorization_type = Some(patch.required()?.to_ascii_uppercase());
        }
        ["authorizerId"] => method.authorizer_id = patch.text(),
        ["operationName"] => method.operation_name = patch.text(),
        ["requestValidatorId"] => method.request_validator_id = patch.text(),
        ["requestModels", content] => patch.entry(&mut method.request_models, content)?,
        ["requestParameters", name] => {
            patch.entry_with(&mut method.request_parameters, name, || patch.boolean())?;
        }
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

/// What a method refers to must be there.
fn check(method: &api::Method) -> Result<(), Failure> {
    match method.authorization_type.as_deref() {
        Some("NONE" | "AWS_IAM") => {}
        Some("CUSTOM" | "COGNITO_USER_POOLS") => {
            return Err(error::bad_request(
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS \
                 requires a valid authorizer.",
            ));
        }
        _ => {
            return Err(error::bad_request(
                "Invalid authorization type specified. Valid options are NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS",
            ));
        }
    }
    if method.request_validator_id.is_some() {
        return Err(error::bad_request(
            "Invalid Request Validator identifier specified",
        ));
    }
    // Every API has these two models; others can't be made here.
    let known = |model: &&String| matches!(model.as_str(), "Empty" | "Error");
    let mut models = method.request_models.iter().flat_map(|models| models.values());
    if let Some(model) = models.find(|model| !known(model)) {
        return Err(error::bad_request(format!(
            "Invalid model identifier specified: {model}"
        )));
    }
    let names = method.request_parameters.iter().flat_map(|all| all.keys());
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        let last = name.rsplit('.').next().unwrap_or(name);
        if seen.contains(&last) {
            return Err(error::bad_request(
                "Parameter names must be unique across querystring, header and path",
            ));
        }
        seen.push(last);
    }
    Ok(())
}
