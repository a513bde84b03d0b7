//! Of Amazon EC2, the network that load balancers stand in: VPCs, subnets, security groups, internet gateways,
//! addresses, and what hangs on them.
//!
//! Owns the tables in [`store`]. Nothing here moves packets: the gateway serves whoever reaches it. What is kept is
//! what the control plane of a load balancer must be able to ask, and what tools create around one. Trust boundary:
//! each question is about the caller's own account; other services ask through [`haechi_core::ports::Network`].

mod authz;
mod cidr;
mod defaults;
mod error;
mod filters;
mod ids;
mod interfaces;
mod model;
mod network;
mod noun;
mod ops;
mod paging;
mod permissions;
mod store;
mod tags;
mod zones;

use std::sync::{Arc, OnceLock};

use haechi_api_ec2::op;
use haechi_core::ports::NetworkInterfaces;
use haechi_core::{Platform, Router, Service};

use crate::ops::{
    addresses, internet_gateways, nat_gateways, network_acl_associations, network_acl_entries, network_acls,
    network_interfaces, places, route_associations, route_tables, routes, security_group_rules,
    security_groups, subnets, tagging, vpc_attributes, vpcs,
};

/// The service's state.
pub struct Ec2 {
    platform: Platform,
    users: OnceLock<Vec<Arc<dyn NetworkInterfaces>>>,
}

impl Ec2 {
    /// The service over its platform.
    pub fn new(platform: Platform) -> Arc<Self> {
        Arc::new(Self {
            platform,
            users: OnceLock::new(),
        })
    }

    /// Plugs in the services that keep network interfaces in subnets. Later calls have no effect.
    pub fn connect_users(&self, users: Vec<Arc<dyn NetworkInterfaces>>) {
        let _ = self.users.set(users);
    }
}

/// The operations, one line each.
pub fn service(ec2: Arc<Ec2>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_ec2::SERVICE, ec2)
        .on::<op::AllocateAddress, _, _>(addresses::allocate_address)
        .on::<op::AssociateRouteTable, _, _>(route_associations::associate_route_table)
        .on::<op::AttachInternetGateway, _, _>(internet_gateways::attach_internet_gateway)
        .on::<op::AuthorizeSecurityGroupEgress, _, _>(security_group_rules::authorize_egress)
        .on::<op::AuthorizeSecurityGroupIngress, _, _>(security_group_rules::authorize_ingress)
        .on::<op::CreateDefaultVpc, _, _>(vpcs::create_default_vpc)
        .on::<op::CreateInternetGateway, _, _>(internet_gateways::create_internet_gateway)
        .on::<op::CreateNatGateway, _, _>(nat_gateways::create_nat_gateway)
        .on::<op::CreateNetworkAcl, _, _>(network_acls::create_network_acl)
        .on::<op::CreateNetworkAclEntry, _, _>(network_acl_entries::create_entry)
        .on::<op::CreateRoute, _, _>(routes::create_route)
        .on::<op::CreateRouteTable, _, _>(route_tables::create_route_table)
        .on::<op::CreateSecurityGroup, _, _>(security_groups::create_security_group)
        .on::<op::CreateSubnet, _, _>(subnets::create_subnet)
        .on::<op::CreateTags, _, _>(tagging::create_tags)
        .on::<op::CreateVpc, _, _>(vpcs::create_vpc)
        .on::<op::DeleteInternetGateway, _, _>(internet_gateways::delete_internet_gateway)
        .on::<op::DeleteNatGateway, _, _>(nat_gateways::delete_nat_gateway)
        .on::<op::DeleteNetworkAcl, _, _>(network_acls::delete_network_acl)
        .on::<op::DeleteNetworkAclEntry, _, _>(network_acl_entries::delete_entry)
        .on::<op::DeleteRoute, _, _>(routes::delete_route)
        .on::<op::DeleteRouteTable, _, _>(route_tables::delete_route_table)
        .on::<op::DeleteSecurityGroup, _, _>(security_groups::delete_security_group)
        .on::<op::DeleteSubnet, _, _>(subnets::delete_subnet)
        .on::<op::DeleteTags, _, _>(tagging::delete_tags)
        .on::<op::DeleteVpc, _, _>(vpcs::delete_vpc)
        .on::<op::DescribeAccountAttributes, _, _>(places::describe_account_attributes)
        .on::<op::DescribeAddresses, _, _>(addresses::describe_addresses)
        .on::<op::DescribeAddressesAttribute, _, _>(addresses::describe_addresses_attribute)
        .on::<op::DescribeAvailabilityZones, _, _>(places::describe_availability_zones)
        .on::<op::DescribeInternetGateways, _, _>(internet_gateways::describe_internet_gateways)
        .on::<op::DescribeNatGateways, _, _>(nat_gateways::describe_nat_gateways)
        .on::<op::DescribeNetworkAcls, _, _>(network_acls::describe_network_acls)
        .on::<op::DescribeNetworkInterfaces, _, _>(network_interfaces::describe_network_interfaces)
        .on::<op::DescribeRegions, _, _>(places::describe_regions)
        .on::<op::DescribeRouteTables, _, _>(route_tables::describe_route_tables)
        .on::<op::DescribeSecurityGroupRules, _, _>(security_group_rules::describe_rules)
        .on::<op::DescribeSecurityGroups, _, _>(security_groups::describe_security_groups)
        .on::<op::DescribeSubnets, _, _>(subnets::describe_subnets)
        .on::<op::DescribeTags, _, _>(tagging::describe_tags)
        .on::<op::DescribeVpcAttribute, _, _>(vpc_attributes::describe_vpc_attribute)
        .on::<op::DescribeVpcs, _, _>(vpcs::describe_vpcs)
        .on::<op::DetachInternetGateway, _, _>(internet_gateways::detach_internet_gateway)
        .on::<op::DisassociateAddress, _, _>(addresses::disassociate_address)
        .on::<op::DisassociateRouteTable, _, _>(route_associations::disassociate_route_table)
        .on::<op::ModifySubnetAttribute, _, _>(subnets::modify_subnet_attribute)
        .on::<op::ModifyVpcAttribute, _, _>(vpc_attributes::modify_vpc_attribute)
        .on::<op::ReleaseAddress, _, _>(addresses::release_address)
        .on::<op::ReplaceNetworkAclAssociation, _, _>(network_acl_associations::replace_association)
        .on::<op::ReplaceNetworkAclEntry, _, _>(network_acl_entries::replace_entry)
        .on::<op::ReplaceRoute, _, _>(routes::replace_route)
        .on::<op::ReplaceRouteTableAssociation, _, _>(route_associations::replace_route_table_association)
        .on::<op::RevokeSecurityGroupEgress, _, _>(security_group_rules::revoke_egress)
        .on::<op::RevokeSecurityGroupIngress, _, _>(security_group_rules::revoke_ingress);
    Arc::new(router)
}
