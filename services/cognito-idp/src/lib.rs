//! Cognito user pools: what a web ACL guards, with an HTTP route behind it.
//!
//! Owns user pools with their signing keys, app clients and domains (see [`store`]); no timers. Private keys and
//! client secrets rest sealed. Trust boundary: a pool belongs to one account in one Region. Users, groups and sign-in
//! are not there: of a pool's pages the key set and the discovery document are real, the others are answered with 501
//! ([`fronts`]).

mod access;
mod error;
mod fronts;
mod identifiers;
mod model;
mod ops;
mod paging;
mod secrets;
mod store;
mod tags;

use std::sync::Arc;

use haechi_api_cognito_idp::op;
use haechi_core::{Platform, Router, Service};
use haechi_keyring::Keyring;

use crate::ops::{clients, domains, mfa, pools, tagging};

/// The service's state.
pub struct UserPools {
    platform: Platform,
    keyring: Arc<Keyring>,
}

impl UserPools {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>) -> Arc<Self> {
        Arc::new(Self { platform, keyring })
    }
}

/// The operations, one line each.
pub fn service(pools: Arc<UserPools>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_cognito_idp::SERVICE, pools)
        .on::<op::CreateUserPool, _, _>(pools::create_user_pool)
        .on::<op::CreateUserPoolClient, _, _>(clients::create_user_pool_client)
        .on::<op::CreateUserPoolDomain, _, _>(domains::create_user_pool_domain)
        .on::<op::DeleteUserPool, _, _>(pools::delete_user_pool)
        .on::<op::DeleteUserPoolClient, _, _>(clients::delete_user_pool_client)
        .on::<op::DeleteUserPoolDomain, _, _>(domains::delete_user_pool_domain)
        .on::<op::DescribeUserPool, _, _>(pools::describe_user_pool)
        .on::<op::DescribeUserPoolClient, _, _>(clients::describe_user_pool_client)
        .on::<op::DescribeUserPoolDomain, _, _>(domains::describe_user_pool_domain)
        .on::<op::GetUserPoolMfaConfig, _, _>(mfa::user_pool_mfa_config)
        .on::<op::ListTagsForResource, _, _>(tagging::list_tags_for_resource)
        .on::<op::ListUserPoolClients, _, _>(clients::list_user_pool_clients)
        .on::<op::ListUserPools, _, _>(pools::list_user_pools)
        .on::<op::SetUserPoolMfaConfig, _, _>(mfa::set_user_pool_mfa_config)
        .on::<op::TagResource, _, _>(tagging::tag_resource)
        .on::<op::UntagResource, _, _>(tagging::untag_resource)
        .on::<op::UpdateUserPool, _, _>(pools::update_user_pool)
        .on::<op::UpdateUserPoolClient, _, _>(clients::update_user_pool_client)
        .on::<op::UpdateUserPoolDomain, _, _>(domains::update_user_pool_domain);
    Arc::new(router)
}
