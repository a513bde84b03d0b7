//! PutIntegration, GetIntegration, UpdateIntegration, DeleteIntegration.
//!
//! All five types are taken. The gateway carries `HTTP`, `HTTP_PROXY` and `MOCK`; a request that meets an `AWS` or
//! `AWS_PROXY` integration is answered with 501 (see [`crate::fronts`]). Follows the API Gateway API reference,
//! "Integration".

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Arn, Call, Failure};
use haechi_wire::Empty;

use crate::patch::Patch;
use crate::{ApiGateway, error};

const DEFAULT_TIMEOUT: i32 = 29_000;
const MIN_TIMEOUT: i32 = 50;
const PASSTHROUGH: [&str; 3] = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];

pub(crate) async fn put_integration(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::PutIntegrationRequest,
) -> Result<api::Integration, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let integration = &api::Integration {
        r#type: input.r#type,
        http_method: input.integration_http_method,
        uri: input.uri,
        connection_type: input.connection_type,
        connection_id: input.connection_id,
        credentials: input.credentials,
        request_parameters: input.request_parameters.filter(|it| !it.is_empty()),
        request_templates: input.request_templates.filter(|it| !it.is_empty()),
        passthrough_behavior: Some(
            input
                .passthrough_behavior
                .unwrap_or_else(|| PASSTHROUGH[0].to_owned()),
        ),
        content_handling: input.content_handling,
        timeout_in_millis: Some(input.timeout_in_millis.unwrap_or(DEFAULT_TIMEOUT)),
        cache_namespace: Some(input.cache_namespace.unwrap_or_else(|| resource.clone())),
        cache_key_parameters: Some(input.cache_key_parameters.unwrap_or_default()),
        integration_responses: None,
        tls_config: input.tls_config,
        response_transfer_mode: Some(
            input
                .response_transfer_mode
                .unwrap_or(api::ResponseTransferMode::Buffered),
        ),
        integration_target: input.integration_target,
    };
    gateway
        .change(&call, &id, |api| {
            let method = api.method_mut(&resource, &name)?;
            check(integration)?;
            method.method_integration = Some(integration.clone());
            Ok(integration.clone())
        })
        .await
}

pub(crate) async fn integration(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetIntegrationRequest,
) -> Result<api::Integration, Failure> {
    let api = gateway
        .open(&call, &input.rest_api_id.unwrap_or_default())
        .await?;
    let resource = input.resource_id.unwrap_or_default();
    let method = api.method(&resource, &input.http_method.unwrap_or_default())?;
    method
        .method_integration
        .clone()
        .ok_or_else(error::no_such_integration)
}

pub(crate) async fn update_integration(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::UpdateIntegrationRequest,
) -> Result<api::Integration, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    let patches = Patch::all(input.patch_operations)?;
    gateway
        .change(&call, &id, |api| {
            let integration = api.integration_mut(&resource, &name)?;
            for patch in &patches {
                apply(patch, integration)?;
            }
            check(integration)?;
            Ok(integration.clone())
        })
        .await
}

pub(crate) async fn delete_integration(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteIntegrationRequest,
) -> Result<Empty, Failure> {
    let id = input.rest_api_id.unwrap_or_default();
    gateway.open(&call, &id).await?;
    let resource = input.resource_id.unwrap_or_default();
    let name = input.http_method.unwrap_or_default();
    gateway
        .change(&call, &id, |api| {
            let gone = api.method_mut(&resource, &name)?.method_integration.take();
            gone.map(|_| Empty::default())
                .ok_or_else(error::no_such_integration)
        })
        .await
}

/// What may be changed of an integration.
const PATHS: [&str; 15] = [
    "/cacheKeyParameters",
    "/cacheNamespace",
    "/connectionId",
    "/connectionType",
    "/contentHandling",
    "/credentials",
    "/httpMethod",
    "/integrationTarget",
    "/passthroughBehavior",
    "/requestParameters/{name}",
    "/requestTemplates/{content-type}",
    "/responseTransferMode",
    "/timeoutInMillis",
    "/tlsConfig/insecureSkipVerification",
    "/uri",
];

fn apply(patch: &Patch, integration: &mut api::Integration) -> Result<(), Failure> {
    match patch.segments().as_slice() {
        ["cacheKeyParameters", rest @ ..] => {
            patch.listed(&mut integration.cache_key_parameters, rest.first().copied())?;
            integration.cache_key_parameters.get_or_insert_default();
        }
        ["cacheNamespace"] => integration.cache_namespace = patch.text(),
        ["connectionId"] => integration.connection_id = patch.text(),
        ["connectionType"] => integration.connection_type = patch.text().map(Into::into),
        ["contentHandling"] => integration.content_handling = patch.text().map(Into::into),
        ["credentials"] => integration.credentials = patch.text(),
        ["httpMethod"] => integration.http_method = patch.text(),
        ["integrationTarget"] => integration.integration_target = patch.text(),
        ["passthroughBehavior"] => integration.passthrough_behavior = patch.text(),
        ["requestParameters", name] => patch.entry(&mut integration.request_parameters, name)?,
        ["requestTemplates", content] => patch.entry(&mut integration.request_templates, content)?,
        ["responseTransferMode"] => integration.response_transfer_mode = patch.text().map(Into::into),
        ["timeoutInMillis"] => {
            integration.timeout_in_millis = Some(patch.number()?.unwrap_or(DEFAULT_TIMEOUT));
        }
        ["tlsConfig", "insecureSkipVerification"] => {
            let tls = integration.tls_config.get_or_insert_default();
            tls.insecure_skip_verification = Some(patch.boolean()?);
        }
        ["uri"] => integration.uri = patch.text(),
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

/// What an integration of its type must have.
fn check(integration: &api::Integration) -> Result<(), Failure> {
    use api::IntegrationType as Type;
    let passthrough = integration
        .passthrough_behavior
        .as_deref()
        .unwrap_or(PASSTHROUGH[0]);
    if !PASSTHROUGH.contains(&passthrough) {
        return Err(error::bad_request(format!(
            "Invalid passthrough behavior specified. Must be one of: {}",
            PASSTHROUGH.join(", ")
        )));
    }
    let timeout = integration.timeout_in_millis.unwrap_or(DEFAULT_TIMEOUT);
    if !(MIN_TIMEOUT..=DEFAULT_TIMEOUT).contains(&timeout) {
        return Err(error::bad_request(format!(
            "Timeout should be between {MIN_TIMEOUT} ms and {DEFAULT_TIMEOUT} ms"
        )));
    }
    let uri = integration.uri.as_deref().unwrap_or_default();
    match integration.r#type {
        Some(Type::Mock) => return Ok(()),
        Some(Type::Http | Type::HttpProxy) => {
            if integration.connection_type == Some(api::ConnectionType::VpcLink) {
                return Err(error::not_carried(
                    "VPC links are not there; use a connection of type INTERNET",
                ));
            }
            // A stage variable may stand for anything, the scheme too.
            if !uri.starts_with("http://")
                && !uri.starts_with("https://")
                && !uri.starts_with("${stageVariables.")
            {
                return Err(error::bad_request("Invalid HTTP endpoint specified for URI"));
            }
        }
        Some(Type::Aws | Type::AwsProxy) => {
            let Some(arn) = Arn::parse(uri).filter(|arn| arn.service() == "apigateway") else {
                return Err(error::bad_request("Invalid ARN specified in the request"));
            };
            if !arn.resource().starts_with("path/") && !arn.resource().starts_with("action/") {
                return Err(error::bad_request(
                    "AWS ARN for integration must contain path or action",
                ));
            }
        }
        Some(Type::Unknown(_)) | None => {
            return Err(error::bad_request("Invalid integration type specified"));
        }
    }
    if integration.http_method.as_deref().is_none_or(str::is_empty) {
        return Err(error::bad_request(
            "Enumeration value for HttpMethod must be non-empty",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(integration: &api::Integration) -> String {
        check(integration).map_or_else(|failure| failure.into_api().message, |()| String::new())
    }

    #[test]
    fn an_http_integration_wants_an_endpoint_and_a_method() {
        let mut it = api::Integration {
            r#type: Some(api::IntegrationType::HttpProxy),
            uri: Some("ftp://x".into()),
            ..Default::default()
        };
        assert_eq!(message(&it), "Invalid HTTP endpoint specified for URI");
        it.uri = Some("http://x/".into());
        assert_eq!(message(&it), "Enumeration value for HttpMethod must be non-empty");
        it.http_method = Some("GET".into());
        assert_eq!(message(&it), "");
    }

    #[test]
    fn an_aws_integration_wants_an_arn_with_a_path_or_an_action() {
        let mut it = api::Integration {
            r#type: Some(api::IntegrationType::AwsProxy),
            uri: Some("arn:aws:lambda:us-east-1:1:function:f".into()),
            ..Default::default()
        };
        assert_eq!(message(&it), "Invalid ARN specified in the request");
        it.uri = Some("arn:aws:apigateway:us-east-1:lambda:function".into());
        assert_eq!(
            message(&it),
            "AWS ARN for integration must contain path or action"
        );
    }
}
