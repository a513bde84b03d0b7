//! CreateDataSource, GetDataSource, ListDataSources, UpdateDataSource, DeleteDataSource.

use std::sync::Arc;

use haechi_api_appsync as api;
use haechi_core::{Call, Failure};
use haechi_wire::Stored;

use crate::model::arn;
use crate::paging::page;
use crate::{AppSync, error};

/// The settings of a data source, which two structures of the API have under the same names.
macro_rules! source {
    ($call:expr, $api:expr, $name:expr, $input:expr) => {
        api::DataSource {
            data_source_arn: Some(format!(
                "{}/datasources/{}",
                arn($call.partition(), &$call.region, &$call.account, $api),
                $name
            )),
            name: Some($name.clone()),
            description: $input.description,
            r#type: $input.r#type,
            service_role_arn: $input.service_role_arn,
            dynamodb_config: $input.dynamodb_config,
            lambda_config: $input.lambda_config,
            elasticsearch_config: $input.elasticsearch_config,
            open_search_service_config: $input.open_search_service_config,
            http_config: $input.http_config,
            relational_database_config: $input.relational_database_config,
            event_bridge_config: $input.event_bridge_config,
            metrics_config: $input.metrics_config,
        }
    };
}

pub(crate) async fn create_data_source(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::CreateDataSourceRequest,
) -> Result<api::CreateDataSourceResponse, Failure> {
    let (api_id, name) = (input.api_id.unwrap_or_default(), input.name.unwrap_or_default());
    appsync.open(&call, &api_id, "").await?;
    let source = source!(call, &api_id, name, input);
    check(&source)?;
    appsync
        .change(&call, &api_id, |api| {
            if api.sources.contains_key(&name) {
                return Err(error::bad_request(format!(
                    "Data source with name {name} already exists"
                )));
            }
            api.sources.insert(name.clone(), Stored(source.clone()));
            Ok(api::CreateDataSourceResponse {
                data_source: Some(source.clone()),
            })
        })
        .await
}

pub(crate) async fn data_source(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::GetDataSourceRequest,
) -> Result<api::GetDataSourceResponse, Failure> {
    let (api_id, name) = (input.api_id.unwrap_or_default(), input.name.unwrap_or_default());
    let api = appsync
        .open(&call, &api_id, &format!("/datasources/{name}"))
        .await?;
    let found = api
        .sources
        .get(&name)
        .ok_or_else(|| error::no_such_source(&name))?;
    Ok(api::GetDataSourceResponse {
        data_source: Some(found.0.clone()),
    })
}

pub(crate) async fn list_data_sources(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::ListDataSourcesRequest,
) -> Result<api::ListDataSourcesResponse, Failure> {
    let api = appsync.open(&call, &input.api_id.unwrap_or_default(), "").await?;
    let all = api.sources.iter();
    let token = input.next_token.as_deref();
    let (items, next_token) = page(all, |(name, _)| (*name).clone(), token, input.max_results)?;
    Ok(api::ListDataSourcesResponse {
        data_sources: Some(items.into_iter().map(|(_, source)| source.0.clone()).collect()),
        next_token,
    })
}

pub(crate) async fn update_data_source(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::UpdateDataSourceRequest,
) -> Result<api::UpdateDataSourceResponse, Failure> {
    let (api_id, name) = (input.api_id.unwrap_or_default(), input.name.unwrap_or_default());
    appsync
        .open(&call, &api_id, &format!("/datasources/{name}"))
        .await?;
    let source = source!(call, &api_id, name, input);
    check(&source)?;
    appsync
        .change(&call, &api_id, |api| {
            let present = api
                .sources
                .get_mut(&name)
                .ok_or_else(|| error::no_such_source(&name))?;
            present.0 = source.clone();
            Ok(api::UpdateDataSourceResponse {
                data_source: Some(source.clone()),
            })
        })
        .await
}

pub(crate) async fn delete_data_source(
    appsync: Arc<AppSync>,
    call: Arc<Call>,
    input: api::DeleteDataSourceRequest,
) -> Result<api::DeleteDataSourceResponse, Failure> {
    let (api_id, name) = (input.api_id.unwrap_or_default(), input.name.unwrap_or_default());
    appsync
        .open(&call, &api_id, &format!("/datasources/{name}"))
        .await?;
    appsync
        .change(&call, &api_id, |api| {
            let gone = api.sources.remove(&name);
            gone.ok_or_else(|| error::no_such_source(&name))?;
            Ok(api::DeleteDataSourceResponse::default())
        })
        .await
}

/// A data source of a type has that type's settings.
fn check(source: &api::DataSource) -> Result<(), Failure> {
    use api::DataSourceType as Type;
    let name = source.name.as_deref().unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if name.is_empty() || name.as_bytes()[0].is_ascii_digit() || !name.bytes().all(plain) {
        return Err(error::bad_request(
            "Invalid data source name: it must match [_A-Za-z][_0-9A-Za-z]*",
        ));
    }
    let has = match source.r#type {
        Some(Type::Http) => {
            let endpoint = source.http_config.as_ref().and_then(|it| it.endpoint.as_deref());
            endpoint.is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"))
        }
        Some(Type::AwsLambda) => source.lambda_config.is_some(),
        Some(Type::AmazonDynamodb) => source.dynamodb_config.is_some(),
        Some(Type::AmazonEventbridge) => source.event_bridge_config.is_some(),
        Some(Type::RelationalDatabase) => source.relational_database_config.is_some(),
        _ => true,
    };
    if has {
        Ok(())
    } else {
        Err(error::bad_request(
            "The configuration of the data source's type is missing or invalid.",
        ))
    }
}
