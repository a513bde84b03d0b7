//! Elastic Load Balancing v2: application load balancers in front of real targets.
//!
//! Owns load balancers, listeners, rules, target groups and targets (see [`store`]). It only says what is served
//! ([`fronts`]); the gateway carries the requests and reports how the targets are ([`health`]). Trust boundary: an
//! account sees and names its own resources only; subnets and groups are asked of the network's owner
//! ([`haechi_core::ports::Network`]). Network and gateway load balancers can be made and described; they carry nothing.

mod answer;
mod attributes;
mod authz;
mod error;
mod find;
mod fronts;
mod health;
mod health_check;
mod hosted_zones;
mod interfaces;
mod model;
mod names;
mod ops;
mod paging;
mod placement;
mod requested;
mod ssl_policies;
mod store;
mod tags;

use std::sync::Arc;

use haechi_api_elbv2::op;
use haechi_core::ports::Network;
use haechi_core::{Platform, Router, Service};

use crate::ops::{
    capacity, limits, listener_attributes, listener_certificates, listeners, load_balancer_attributes,
    load_balancer_settings, load_balancers, rule_priorities, rules, ssl_policies as policies, tagging,
    target_group_attributes, target_groups, target_health, targets,
};

/// The service's state.
pub struct LoadBalancing {
    platform: Platform,
    network: Arc<dyn Network>,
}

impl LoadBalancing {
    /// The service over its platform and the network in which load balancers stand.
    pub fn new(platform: Platform, network: Arc<dyn Network>) -> Arc<Self> {
        Arc::new(Self { platform, network })
    }
}

/// The operations, one line each.
pub fn service(elbv2: Arc<LoadBalancing>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_elbv2::SERVICE, elbv2)
        .on::<op::AddListenerCertificates, _, _>(listener_certificates::add_listener_certificates)
        .on::<op::AddTags, _, _>(tagging::add_tags)
        .on::<op::CreateListener, _, _>(listeners::create_listener)
        .on::<op::CreateLoadBalancer, _, _>(load_balancers::create_load_balancer)
        .on::<op::CreateRule, _, _>(rules::create_rule)
        .on::<op::CreateTargetGroup, _, _>(target_groups::create_target_group)
        .on::<op::DeleteListener, _, _>(listeners::delete_listener)
        .on::<op::DeleteLoadBalancer, _, _>(load_balancers::delete_load_balancer)
        .on::<op::DeleteRule, _, _>(rules::delete_rule)
        .on::<op::DeleteTargetGroup, _, _>(target_groups::delete_target_group)
        .on::<op::DeregisterTargets, _, _>(targets::deregister_targets)
        .on::<op::DescribeAccountLimits, _, _>(limits::describe_account_limits)
        .on::<op::DescribeCapacityReservation, _, _>(capacity::describe_capacity_reservation)
        .on::<op::DescribeListenerAttributes, _, _>(listener_attributes::describe_listener_attributes)
        .on::<op::DescribeListenerCertificates, _, _>(listener_certificates::describe_listener_certificates)
        .on::<op::DescribeListeners, _, _>(listeners::describe_listeners)
        .on::<op::DescribeLoadBalancerAttributes, _, _>(
            load_balancer_attributes::describe_load_balancer_attributes,
        )
        .on::<op::DescribeLoadBalancers, _, _>(load_balancers::describe_load_balancers)
        .on::<op::DescribeRules, _, _>(rules::describe_rules)
        .on::<op::DescribeSSLPolicies, _, _>(policies::describe_ssl_policies)
        .on::<op::DescribeTags, _, _>(tagging::describe_tags)
        .on::<op::DescribeTargetGroupAttributes, _, _>(
            target_group_attributes::describe_target_group_attributes,
        )
        .on::<op::DescribeTargetGroups, _, _>(target_groups::describe_target_groups)
        .on::<op::DescribeTargetHealth, _, _>(target_health::describe_target_health)
        .on::<op::ModifyCapacityReservation, _, _>(capacity::modify_capacity_reservation)
        .on::<op::ModifyIpPools, _, _>(load_balancer_settings::modify_ip_pools)
        .on::<op::ModifyListener, _, _>(listeners::modify_listener)
        .on::<op::ModifyListenerAttributes, _, _>(listener_attributes::modify_listener_attributes)
        .on::<op::ModifyLoadBalancerAttributes, _, _>(
            load_balancer_attributes::modify_load_balancer_attributes,
        )
        .on::<op::ModifyRule, _, _>(rules::modify_rule)
        .on::<op::ModifyTargetGroup, _, _>(target_groups::modify_target_group)
        .on::<op::ModifyTargetGroupAttributes, _, _>(target_group_attributes::modify_target_group_attributes)
        .on::<op::RegisterTargets, _, _>(targets::register_targets)
        .on::<op::RemoveListenerCertificates, _, _>(listener_certificates::remove_listener_certificates)
        .on::<op::RemoveTags, _, _>(tagging::remove_tags)
        .on::<op::SetIpAddressType, _, _>(load_balancer_settings::set_ip_address_type)
        .on::<op::SetRulePriorities, _, _>(rule_priorities::set_rule_priorities)
        .on::<op::SetSecurityGroups, _, _>(load_balancer_settings::set_security_groups)
        .on::<op::SetSubnets, _, _>(load_balancer_settings::set_subnets);
    Arc::new(router)
}
