//! CreateBasePathMapping, GetBasePathMapping, GetBasePathMappings, DeleteBasePathMapping.
//!
//! A path of a custom domain name leads to an API's stage. Follows the API Gateway API reference, "BasePathMapping".

use std::sync::Arc;

use haechi_api_apigateway as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::touch;
use haechi_wire::Empty;

use crate::access::current_domain;
use crate::model::domain::{Mapping, NO_PATH};
use crate::paging::page;
use crate::store::{APIS, DOMAINS, STAGES};
use crate::{ApiGateway, error};

pub(crate) async fn create_base_path_mapping(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::CreateBasePathMappingRequest,
) -> Result<api::BasePathMapping, Failure> {
    let name = &input.domain_name.unwrap_or_default();
    gateway.open_domain(&call, name).await?;
    let base_path = &named(input.base_path);
    if base_path.contains('/') {
        return Err(error::bad_request(
            "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level \
             base path mapping, use API Gateway V2.",
        ));
    }
    let mapping = &Mapping {
        api: input.rest_api_id.unwrap_or_default(),
        stage: input.stage.filter(|stage| !stage.is_empty()),
    };
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            let scope = call.scope();
            let mut domain = current_domain(&txn, call, name).await?;
            if txn.get(&APIS, &scope, &mapping.api).await?.is_none() {
                return Err(error::bad_request("Invalid REST API identifier specified"));
            }
            if let Some(stage) = &mapping.stage
                && txn.get(&STAGES, &scope, (&mapping.api, stage)).await?.is_none()
            {
                return Err(error::bad_request("Invalid stage identifier specified"));
            }
            if domain.mappings.contains_key(base_path) {
                return Err(error::conflict("Base path already exists for this domain name"));
            }
            domain.mappings.insert(base_path.clone(), mapping.clone());
            txn.put(&DOMAINS, &scope, name, &domain).await?;
            touch(&txn).await?;
            Ok(mapping.shown(base_path))
        })
        .await
}

pub(crate) async fn base_path_mapping(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetBasePathMappingRequest,
) -> Result<api::BasePathMapping, Failure> {
    let domain = gateway
        .open_domain(&call, &input.domain_name.unwrap_or_default())
        .await?;
    let base_path = named(input.base_path);
    let mapping = domain
        .mappings
        .get(&base_path)
        .ok_or_else(error::no_such_mapping)?;
    Ok(mapping.shown(&base_path))
}

pub(crate) async fn base_path_mappings(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::GetBasePathMappingsRequest,
) -> Result<api::BasePathMappings, Failure> {
    let domain = gateway
        .open_domain(&call, &input.domain_name.unwrap_or_default())
        .await?;
    let all = domain.mappings.iter();
    let (items, position) = page(
        all,
        |(path, _)| (*path).clone(),
        input.position.as_deref(),
        input.limit,
    )?;
    let items = items.into_iter().map(|(path, mapping)| mapping.shown(path));
    Ok(api::BasePathMappings {
        position,
        items: Some(items.collect()),
    })
}

pub(crate) async fn delete_base_path_mapping(
    gateway: Arc<ApiGateway>,
    call: Arc<Call>,
    input: api::DeleteBasePathMappingRequest,
) -> Result<Empty, Failure> {
    let name = &input.domain_name.unwrap_or_default();
    gateway.open_domain(&call, name).await?;
    let base_path = &named(input.base_path);
    let call = &call;
    gateway
        .platform
        .write(call, |txn| async move {
            let mut domain = current_domain(&txn, call, name).await?;
            domain
                .mappings
                .remove(base_path)
                .ok_or_else(error::no_such_mapping)?;
            txn.put(&DOMAINS, &call.scope(), name, &domain).await?;
            touch(&txn).await?;
            Ok(Empty::default())
        })
        .await
}

fn named(base_path: Option<String>) -> String {
    base_path
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| NO_PATH.to_owned())
}
