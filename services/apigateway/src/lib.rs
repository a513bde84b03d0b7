//! API Gateway REST APIs: what a web ACL guards, with an HTTP route behind it.
//!
//! Owns REST APIs with their resources and methods, deployments (each a copy of the resources), stages, custom domain
//! names and their base path mappings (see [`store`]); no timers. Trust boundary: everything belongs to one account in
//! one Region, and permission is asked for the HTTP method on the path, as API Gateway's IAM actions are
//! ([`authz`]). What the gateway serves of it is in [`fronts`].

mod access;
mod authz;
mod error;
mod fronts;
mod identifiers;
mod model;
mod ops;
mod paging;
mod patch;
mod resource_policy;
mod store;
mod tags;

use std::sync::Arc;

use haechi_api_apigateway::op;
use haechi_core::{Platform, Router, Service};

use crate::ops::{
    account, base_path_mappings, deployments, domain_names, integration_responses, integrations,
    method_responses, methods, resources, rest_apis, stages, tagging,
};

/// The service's state.
pub struct ApiGateway {
    platform: Platform,
}

impl ApiGateway {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self { platform })
    }
}

/// The operations, one line each.
pub fn service(apigateway: Arc<ApiGateway>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_apigateway::SERVICE, apigateway)
        .on::<op::CreateBasePathMapping, _, _>(base_path_mappings::create_base_path_mapping)
        .on::<op::CreateDeployment, _, _>(deployments::create_deployment)
        .on::<op::CreateDomainName, _, _>(domain_names::create_domain_name)
        .on::<op::CreateResource, _, _>(resources::create_resource)
        .on::<op::CreateRestApi, _, _>(rest_apis::create_rest_api)
        .on::<op::CreateStage, _, _>(stages::create_stage)
        .on::<op::DeleteBasePathMapping, _, _>(base_path_mappings::delete_base_path_mapping)
        .on::<op::DeleteDeployment, _, _>(deployments::delete_deployment)
        .on::<op::DeleteDomainName, _, _>(domain_names::delete_domain_name)
        .on::<op::DeleteIntegration, _, _>(integrations::delete_integration)
        .on::<op::DeleteIntegrationResponse, _, _>(integration_responses::delete_integration_response)
        .on::<op::DeleteMethod, _, _>(methods::delete_method)
        .on::<op::DeleteMethodResponse, _, _>(method_responses::delete_method_response)
        .on::<op::DeleteResource, _, _>(resources::delete_resource)
        .on::<op::DeleteRestApi, _, _>(rest_apis::delete_rest_api)
        .on::<op::DeleteStage, _, _>(stages::delete_stage)
        .on::<op::GetAccount, _, _>(account::account)
        .on::<op::GetBasePathMapping, _, _>(base_path_mappings::base_path_mapping)
        .on::<op::GetBasePathMappings, _, _>(base_path_mappings::base_path_mappings)
        .on::<op::GetDeployment, _, _>(deployments::deployment)
        .on::<op::GetDeployments, _, _>(deployments::deployments)
        .on::<op::GetDomainName, _, _>(domain_names::domain_name)
        .on::<op::GetDomainNames, _, _>(domain_names::domain_names)
        .on::<op::GetIntegration, _, _>(integrations::integration)
        .on::<op::GetIntegrationResponse, _, _>(integration_responses::integration_response)
        .on::<op::GetMethod, _, _>(methods::method)
        .on::<op::GetMethodResponse, _, _>(method_responses::method_response)
        .on::<op::GetResource, _, _>(resources::resource)
        .on::<op::GetResources, _, _>(resources::resources)
        .on::<op::GetRestApi, _, _>(rest_apis::rest_api)
        .on::<op::GetRestApis, _, _>(rest_apis::rest_apis)
        .on::<op::GetStage, _, _>(stages::stage)
        .on::<op::GetStages, _, _>(stages::stages)
        .on::<op::GetTags, _, _>(tagging::tags)
        .on::<op::PutIntegration, _, _>(integrations::put_integration)
        .on::<op::PutIntegrationResponse, _, _>(integration_responses::put_integration_response)
        .on::<op::PutMethod, _, _>(methods::put_method)
        .on::<op::PutMethodResponse, _, _>(method_responses::put_method_response)
        .on::<op::TagResource, _, _>(tagging::tag_resource)
        .on::<op::UntagResource, _, _>(tagging::untag_resource)
        .on::<op::UpdateDeployment, _, _>(deployments::update_deployment)
        .on::<op::UpdateIntegration, _, _>(integrations::update_integration)
        .on::<op::UpdateIntegrationResponse, _, _>(integration_responses::update_integration_response)
        .on::<op::UpdateMethod, _, _>(methods::update_method)
        .on::<op::UpdateMethodResponse, _, _>(method_responses::update_method_response)
        .on::<op::UpdateResource, _, _>(resources::update_resource)
        .on::<op::UpdateRestApi, _, _>(rest_apis::update_rest_api)
        .on::<op::UpdateStage, _, _>(stages::update_stage);
    Arc::new(router)
}
