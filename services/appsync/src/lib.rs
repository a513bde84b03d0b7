//! AppSync GraphQL APIs: what a web ACL guards, with an HTTP route behind it.
//!
//! Owns GraphQL APIs with their keys and data sources (see [`store`]); no timers. API keys are credentials and rest
//! sealed. Trust boundary: an API belongs to one account in one Region. Schemas, resolvers and functions are not there:
//! what the gateway serves is in [`fronts`].

mod access;
mod error;
mod fronts;
mod identifiers;
mod model;
mod ops;
mod paging;
mod store;
mod tags;

use std::sync::Arc;

use haechi_api_appsync::op;
use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

use crate::ops::{api_keys, apis, data_sources, tagging};

/// The service's state.
pub struct AppSync {
    platform: Platform,
    keyring: Arc<Keyring>,
}

impl AppSync {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>) -> Arc<Self> {
        Arc::new(Self { platform, keyring })
    }
}

/// The operations, one line each.
pub fn service(appsync: Arc<AppSync>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_appsync::SERVICE, appsync)
        .on::<op::CreateApiKey, _, _>(api_keys::create_api_key)
        .on::<op::CreateDataSource, _, _>(data_sources::create_data_source)
        .on::<op::CreateGraphqlApi, _, _>(apis::create_graphql_api)
        .on::<op::DeleteApiKey, _, _>(api_keys::delete_api_key)
        .on::<op::DeleteDataSource, _, _>(data_sources::delete_data_source)
        .on::<op::DeleteGraphqlApi, _, _>(apis::delete_graphql_api)
        .on::<op::GetDataSource, _, _>(data_sources::data_source)
        .on::<op::GetGraphqlApi, _, _>(apis::graphql_api)
        .on::<op::ListApiKeys, _, _>(api_keys::list_api_keys)
        .on::<op::ListDataSources, _, _>(data_sources::list_data_sources)
        .on::<op::ListGraphqlApis, _, _>(apis::list_graphql_apis)
        .on::<op::ListTagsForResource, _, _>(tagging::list_tags_for_resource)
        .on::<op::TagResource, _, _>(tagging::tag_resource)
        .on::<op::UntagResource, _, _>(tagging::untag_resource)
        .on::<op::UpdateApiKey, _, _>(api_keys::update_api_key)
        .on::<op::UpdateDataSource, _, _>(data_sources::update_data_source)
        .on::<op::UpdateGraphqlApi, _, _>(apis::update_graphql_api);
    Arc::new(router)
}
